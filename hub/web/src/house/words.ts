import type {
  DeviceHouseView,
  EntityView,
  HouseNoteView,
  HouseRole,
  HouseView,
} from "../../../expose/snapshot/house.ts";
import { clock, count, share, span, timeOfDay } from "../words.ts";

const DAY = 86_400;

/** `at 14:02`, with the day where it was another one. */
export const momentOf = (time: number, now: number): string =>
  now - time < DAY / 2 ? `at ${timeOfDay(time)}` : `on ${clock(time)}`;

/** `0.3 seconds`. */
const delay = (seconds: number | null): string => {
  const tenths = Math.max(0.1, seconds ?? 0);
  return `${tenths.toLocaleString([], { maximumFractionDigits: 1 })} seconds`;
};

/** `light.turn_on` in words; any other service by its name. */
function callWords(service: string | null, entity: string | null): string {
  const [, action = ""] = (service ?? "").split(".");
  const what = entity === null ? "it" : `“${entity}”`;
  if (action === "turn_on") return `switched ${what} on`;
  if (action === "turn_off") return `switched ${what} off`;
  if (action === "toggle") return `switched ${what} over`;
  return `asked ${what} for “${action.replaceAll("_", " ")}”`;
}

/** What was seen, and what Home Assistant knew of it. */
export function noteWords(note: HouseNoteView, now: number): string {
  const when = momentOf(note.at, now);
  if (note.code === "burst") {
    const times =
      note.usual === null || note.usual === 0 ? undefined : Math.round((note.rate ?? 0) / note.usual);
    const amount = times === undefined ? "far more than usual" : `${count(times)} times its usual`;
    return `It sent ${amount} for ${span(note.until - note.at)} ${when}; nothing in Home Assistant explains it.`;
  }
  const call = `Home Assistant ${callWords(note.service, note.entity)} ${when}`;
  if (note.code === "answered") return `${call}; it answered by radio after ${delay(note.delay)}.`;
  if (note.code === "followed") return `${call}; it sent something ${delay(note.delay)} later.`;
  return `${call}; it did not answer by radio, as it usually does within ${delay(note.usualDelay)}.`;
}

/** What a note rests on. */
export function basisWords({ code, coverage, listened, calls, origin }: HouseNoteView): string {
  const parts = [
    coverage === null
      ? "how much of it is heard is not known"
      : `${share(coverage)} of what it sends is heard`,
    `its channel was listened to ${listened > 0.99 ? "all the time" : `for ${share(listened)} of the time`}${origin === "assumed" ? ", as far as can be told" : ""}`,
    ...(code === "burst" ? [] : [learnedWords(code, calls)]),
  ];
  return `${parts.join("; ")}.`.replace(/^./, (first) => first.toUpperCase());
}

function learnedWords(code: HouseNoteView["code"], calls: number): string {
  if (calls === 0) return "how it answers is still being learned";
  const known = `known from ${count(calls)} earlier calls`;
  return code === "followed" ? `later than it usually answers, ${known}` : known;
}

const CONDITIONS: Readonly<Record<string, string>> = {
  off: "switched off",
  privacy: "in privacy mode",
  updating: "installing an update",
  busy: "in use: playing, streaming or working",
  unavailable: "out of Home Assistant's reach",
};

/** What Home Assistant says of the device now. */
export function conditionWords({ conditions, entities }: DeviceHouseView): string {
  if (!entities.some((one) => !one.takenAway))
    return "Home Assistant has nothing of it that can be switched, played or updated.";
  const words = conditions.map((one) => CONDITIONS[one] ?? one);
  return words.length === 0
    ? "Nothing special."
    : `${words.join(", ").replace(/^./, (c) => c.toUpperCase())}.`;
}

/** The state of an entity as people say it. */
export function stateWords({ state, installing }: EntityView): string {
  if (installing) return "being installed";
  return state === null ? "not known now" : state.replaceAll("_", " ");
}

const ALARM: Readonly<Record<string, string>> = {
  armed_away: "armed, nobody expected",
  armed_vacation: "armed for a holiday",
  armed_home: "armed, with people at home",
  armed_night: "armed for the night",
  disarmed: "off",
  triggered: "gone off",
};

/** What is known of the home for a role, in a few words. */
export function homeWords(role: HouseRole, { told, presence, alarm, guest }: HouseView): string {
  if (!told) return "not known: Home Assistant is not connected";
  if (role === "presence") {
    return { home: "somebody is at home", away: "nobody is at home", unknown: "not known" }[presence];
  }
  if (role === "alarm") return alarm === null ? "not known" : (ALARM[alarm] ?? alarm.replaceAll("_", " "));
  return guest === null ? "no guest mode" : guest ? "guests are here" : "no guests";
}

/** Codes of `house_context` as people say them. */
export const CONTEXT: Readonly<Record<string, string>> = {
  nobody_home: "nobody was home",
  armed_away: "the alarm was armed",
  alarm_triggered: "the alarm had gone off",
  guest_mode: "guest mode was on",
  device_off: "the device was switched off in Home Assistant",
  device_privacy: "the device was in privacy mode",
  device_updating: "the device was installing an update",
  device_busy: "the device was in use",
  device_unavailable: "Home Assistant could not reach the device",
  device_controlled: "Home Assistant had just asked the device for something",
  call_unanswered: "a device did not answer Home Assistant by radio",
  unexplained_burst: "a device sent far more than usual, without a cause in Home Assistant",
};
