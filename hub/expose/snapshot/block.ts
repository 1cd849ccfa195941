import type { EntityChoice } from "./house.ts";

/** An entity of Home Assistant that is turned on or off; scripts, scenes and automations are run by `on`. */
export interface CallView {
  readonly entity: string;
  readonly turn: "on" | "off";
}

/** What "block" does, and whom it was done to. */
export interface BlockView {
  readonly rules: readonly BlockRuleView[];
  readonly blocked: readonly BlockedView[];
  readonly guarded: readonly GuardedView[];
  /** Newest first. */
  readonly runs: readonly BlockRunView[];
}

export interface BlockRuleView {
  /** Null: for every device without a rule of its own. */
  readonly mac: string | null;
  readonly block: CallView;
  /** Null: nothing takes it back. */
  readonly unblock: CallView | null;
  /** What Home Assistant calls the entity; null while that is not known. */
  readonly name: string | null;
  /** Why it cannot be done just now. */
  readonly problem: string | null;
}

export interface BlockedView {
  readonly mac: string;
  readonly since: number;
  /** Empty where nobody said who. */
  readonly by: string;
  readonly undo: CallView | null;
}

/** A device that is not blocked without a second warning. */
export interface GuardedView {
  readonly mac: string;
  readonly why: "node" | "gateway" | "access_point" | "host";
}

export interface BlockRunView {
  readonly id: number;
  readonly at: number;
  readonly mac: string;
  readonly name: string;
  readonly change: "block" | "unblock" | "forget";
  readonly by: string;
  readonly called: CallView | null;
  readonly incident: string | null;
  readonly outcome: "running" | "done" | "failed" | "unknown";
  readonly failure: string | null;
}

/** An entity of Home Assistant that "block" could turn: an answer of `api/entities/block`. */
export interface BlockEntity extends EntityChoice {
  /** Address of the device of the home that it belongs to. */
  readonly mac: string | null;
}
