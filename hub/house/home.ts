import type { Micros } from "../base/units.ts";
import { domainOf, isEntityId } from "./domains.ts";
import type { EntityState, HouseStates } from "./states.ts";

/** What one entity can say of the home as a whole. */
export const ROLES = ["presence", "alarm", "guest"] as const;
export type Role = (typeof ROLES)[number];

/** `automatic`, `none`, or the id of an entity. */
export type Choice = string;
export type Choices = Readonly<Record<Role, Choice>>;

export const AUTOMATIC: Choices = { presence: "automatic", alarm: "automatic", guest: "automatic" };

export const isChoice = (text: string): boolean =>
  text === "automatic" || text === "none" || isEntityId(text);

/** The home as a whole; what is not known is claimed by nobody. */
export interface HomeFacts {
  readonly presence: "home" | "away" | "unknown";
  /** State of the alarm panel, as Home Assistant has it: `disarmed`, `armed_home`, `armed_away`, … */
  readonly alarm: string | undefined;
  readonly guest: boolean | undefined;
}

/** Nobody is expected in the home while the alarm is so. */
const ARMED_AWAY = new Set(["armed_away", "armed_vacation"]);
const SOMEBODY = new Set(["on", "home", "open"]);
const NOBODY = new Set(["off", "not_home", "away", "closed"]);

export const isArmedAway = ({ alarm }: HomeFacts): boolean => alarm !== undefined && ARMED_AWAY.has(alarm);

/** What is known of the home now, by the entities that the person chose or, without a choice, the obvious ones. */
export function homeFacts(states: HouseStates, choices: Choices, now: Micros): HomeFacts {
  const alarm = entityFor("alarm", states, choices);
  const guest = entityFor("guest", states, choices);
  const guestState = guest === undefined ? undefined : states.of(guest, now)?.state;
  return {
    presence: presenceOf(states, choices, now),
    alarm: alarm === undefined ? undefined : states.of(alarm, now)?.state,
    guest: guestState === undefined ? undefined : meansSomebody(guestState),
  };
}

/** The one entity that has this role: the chosen one; the only alarm panel; nobody for guests and, as all persons, presence. */
export function entityFor(role: Role, states: HouseStates, choices: Choices): string | undefined {
  const choice = choices[role];
  if (choice === "none") return undefined;
  if (choice !== "automatic") return choice;
  if (role !== "alarm") return undefined;
  const panels = idsOf(states, "alarm_control_panel");
  return panels.length === 1 ? panels[0] : undefined;
}

/** Persons that say who is home when nothing else was chosen: those that something tracks. */
export const personsOf = (states: HouseStates): string[] =>
  idsOf(states, "person").filter((entityId) => states.last(entityId)?.state !== undefined);

const idsOf = (states: HouseStates, domain: string): string[] =>
  [...states.all()].map(({ entityId }) => entityId).filter((entityId) => domainOf(entityId) === domain);

function presenceOf(states: HouseStates, choices: Choices, now: Micros): HomeFacts["presence"] {
  if (choices.presence === "none") return "unknown";
  const chosen = choices.presence === "automatic" ? personsOf(states) : [choices.presence];
  const known = chosen.map((entityId) => states.of(entityId, now));
  if (known.some((one) => one !== undefined && isHere(one))) return "home";
  // One who cannot be found may be at home.
  return known.length > 0 && known.every((one) => one !== undefined && isAway(one)) ? "away" : "unknown";
}

/** Zones have names that people choose: a person is at home in `home` alone. */
const isHere = ({ entityId, state = "" }: EntityState): boolean =>
  domainOf(entityId) === "person" ? state === "home" : meansSomebody(state);

/** A person in a zone of another name is not at home; any other entity has to say so. */
function isAway({ entityId, state = "" }: EntityState): boolean {
  return NOBODY.has(state) || Number(state || Number.NaN) === 0 || domainOf(entityId) === "person";
}

/** Zones and some groups count: more than nobody is somebody. */
const meansSomebody = (state: string): boolean => SOMEBODY.has(state) || Number(state || Number.NaN) > 0;
