/** The part of the read model that Home Assistant tells of. Times are seconds since the Unix epoch. */

/** One entity of Home Assistant. */
export interface EntityView {
  readonly id: string;
  readonly name: string;
  /** Null: it is not told, cannot be reached, or Home Assistant is away. */
  readonly state: string | null;
  /** An update is being installed. */
  readonly installing: boolean;
  /** It plays, streams, records, cleans. */
  readonly busy: boolean;
}

export interface DeviceEntityView extends EntityView {
  /** A person said so; else its integration did, by the address. */
  readonly byHand: boolean;
  /** It would be the device's, but a person took it away. */
  readonly takenAway: boolean;
  /** How the device answers calls of it by radio; null while that is not known, or where it does not. */
  readonly answers: { readonly share: number; readonly delay: number; readonly calls: number } | null;
}

/** What Home Assistant knows of a device of the radio. */
export interface DeviceHouseView {
  /** `off`, `privacy`, `updating`, `busy`, `unavailable`: as far as Home Assistant says so now. */
  readonly conditions: readonly string[];
  /** Those that act or happen, and what a person said of others; not its figures. */
  readonly entities: readonly DeviceEntityView[];
  /** The last ones, oldest first. */
  readonly notes: readonly HouseNoteView[];
}

/** The radio beside what the house knows; evidence, never an alert by itself. */
export interface HouseNoteView {
  /** `followed`: it sent something after a call, later than it usually answers or while that is still being learned. */
  readonly code: "answered" | "followed" | "unanswered" | "burst";
  readonly at: number;
  readonly until: number;
  /** Name of the entity that was called, and `domain.service`; null for a burst. */
  readonly entity: string | null;
  readonly service: string | null;
  /** Seconds to the first frame after the call, and the median of earlier ones. */
  readonly delay: number | null;
  readonly usualDelay: number | null;
  /** Earlier calls that this is learned from. */
  readonly calls: number;
  /** Frames a second that it sent in a burst, heard or not, and in the day before. */
  readonly rate: number | null;
  readonly usual: number | null;
  /** Heard share of what it sends, 0-1. */
  readonly coverage: number | null;
  /** Share of the time that somebody listened to its channel, 0-1, and who says so. */
  readonly listened: number;
  readonly origin: "stated" | "assumed" | "unknown";
}

/** The home as Home Assistant knows it. */
export interface HouseView {
  /** Home Assistant is there and has told its states; else nothing is claimed. */
  readonly told: boolean;
  readonly presence: "home" | "away" | "unknown";
  /** State of the alarm panel; null where there is none, or it is not known. */
  readonly alarm: string | null;
  readonly guest: boolean | null;
  /** Which entities say so. */
  readonly roles: readonly {
    readonly role: HouseRole;
    /** `automatic`, `none`, or the entity that a person chose. */
    readonly choice: string;
    readonly entities: readonly EntityView[];
  }[];
}

export type HouseRole = "presence" | "alarm" | "guest";

/** An entity as a person chooses it: answer of `api/entities`. */
export interface EntityChoice {
  readonly id: string;
  readonly name: string;
}
