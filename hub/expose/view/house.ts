import { printableText } from "../../base/text.ts";
import { type Mac, type Micros, toSeconds } from "../../base/units.ts";
import type { HouseContext } from "../../house/context.ts";
import { isActing, isBusy } from "../../house/domains.ts";
import type { UsualReaction } from "../../house/habits.ts";
import { entityFor, personsOf, ROLES, type Role } from "../../house/home.ts";
import type { Mapping } from "../../house/mapping.ts";
import type { HouseNote } from "../../house/notes.ts";
import type {
  DeviceEntityView,
  DeviceHouseView,
  EntityView,
  HouseNoteView,
  HouseView,
} from "../snapshot/house.ts";

export interface HouseSources {
  readonly context: HouseContext;
  readonly mapping: Mapping;
  readonly now: Micros;
}

const NAME_CHARACTERS = 60;
/** Entities of one device, and persons, that the page shows. */
const MOST_SHOWN = 30;

/** What is known of the home as a whole, and by which entities. */
export function houseView(sources: HouseSources): HouseView {
  const { context, now } = sources;
  const { presence, alarm, guest } = context.home(now);
  return {
    told: context.states.holdsSince(now) !== undefined,
    presence,
    alarm: alarm ?? null,
    guest: guest ?? null,
    roles: ROLES.map((role) => ({
      role,
      choice: context.choices[role],
      entities: entitiesFor(role, context)
        .slice(0, MOST_SHOWN)
        .map((id) => entityView(id, sources)),
    })),
  };
}

function entitiesFor(role: Role, { states, choices }: HouseContext): string[] {
  if (role === "presence" && choices.presence === "automatic") return personsOf(states);
  const one = entityFor(role, states, choices);
  return one === undefined ? [] : [one];
}

/** What Home Assistant knows of the device with this address, and what the radio said to it. */
export function deviceHouseView(mac: Mac, sources: HouseSources): DeviceHouseView {
  const { context, mapping, now } = sources;
  // Figures of a device are no part of this, unless a person put them there.
  const mapped = mapping
    .of(mac)
    .filter(({ entityId, byHand }) => byHand || isActing(entityId))
    .map(({ entityId, byHand }) => ({ entityId, byHand, takenAway: false }));
  const taken = mapping.takenAway(mac).map((entityId) => ({ entityId, byHand: true, takenAway: true }));
  return {
    conditions: context.conditionsOf(mac, now),
    entities: [...mapped, ...taken].slice(0, MOST_SHOWN).map(
      ({ entityId, byHand, takenAway }): DeviceEntityView => ({
        ...entityView(entityId, sources),
        ...{ byHand, takenAway },
        answers: answersOf(context.reactions.habits.usual(entityId)),
      }),
    ),
    notes: context.notes.of(mac).map((note) => noteView(note, sources)),
  };
}

const answersOf = (usual: UsualReaction | undefined): DeviceEntityView["answers"] =>
  usual === undefined ? null : { share: usual.share, delay: usual.delay, calls: usual.calls };

function entityView(id: string, { context, mapping, now }: HouseSources): EntityView {
  const state = context.states.of(id, now);
  const name = context.states.last(id)?.name ?? mapping.entity(id)?.name;
  return {
    id,
    name: name === undefined ? id : printableText(name, NAME_CHARACTERS),
    state: state?.state ?? null,
    installing: state?.installing ?? false,
    busy: isBusy(state?.state ?? ""),
  };
}

function noteView(note: HouseNote, sources: HouseSources): HouseNoteView {
  const { code, time, until, coverage, listened, origin } = note;
  const basis = {
    code,
    at: toSeconds(time),
    until: toSeconds(until),
    coverage: coverage ?? null,
    listened,
    origin,
  };
  if (note.code === "burst") {
    const none = { entity: null, service: null, delay: null, usualDelay: null, calls: 0 };
    return { ...basis, ...none, rate: note.rate, usual: note.usual };
  }
  return {
    ...basis,
    entity: entityView(note.entityId, sources).name,
    service: note.service,
    delay: note.delay ?? null,
    usualDelay: note.usualDelay ?? null,
    calls: note.calls,
    ...{ rate: null, usual: null },
  };
}
