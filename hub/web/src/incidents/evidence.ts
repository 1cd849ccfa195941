import type { IncidentView } from "../../../expose/snapshot.ts";
import { CONTEXT } from "../house/words.ts";
import { count, octets, share, signalWord, span } from "../words.ts";

type Evidence = IncidentView["evidence"];
type Fact = Evidence[string];

export interface EvidenceRow {
  readonly label: string;
  readonly value: string;
}

/** Why a frame says that a connection ends (IEEE 802.11-2020, table 9-49); the ones that are met. */
const REASONS: Readonly<Record<string, string>> = {
  "1": "unspecified",
  "2": "authentication no longer valid",
  "3": "leaving",
  "4": "idle for too long",
  "5": "too many devices",
  "6": "not authenticated",
  "7": "not associated",
  "8": "leaving",
  "9": "not authenticated",
  "15": "handshake timed out",
  "16": "group key handshake timed out",
};

const LABELS: Readonly<Record<string, string>> = {
  bssid: "Access point",
  bssids: "Access points",
  broadcast_share: "Meant for all devices at once",
  clients: "Devices meant by name",
  forged_frames: "Certainly forged",
  house_context: "What the house knew",
  house_notes: "The radio beside Home Assistant",
  mac: "Address of the device",
  network: "Network",
  nodes: "Nodes that heard it",
  pmf: "Network protects against this (PMF)",
  randomized: "Made-up (private) address",
  reason_codes: "Reasons given",
  receptions: "Times heard, repeats included",
  rejoins: "Devices that had to connect again",
  rssi_dbm: "Signal where it was loudest",
  ssid: "Network",
  usual_rssi_dbm: "Usual signal",
  vendor: "Maker",
  window_seconds: "Within",
};

const UNITS: Readonly<Record<string, string>> = {
  frames: "messages",
  octets: "bytes",
  mpdus: "frames",
  dbm: "dBm",
};

/** A unit of evidence as people say it. */
const unitWord = (unit: string): string => UNITS[unit] ?? unit.replaceAll("_", " ");

/** `observed` or `expected` with its unit: shares in percent, octets and seconds in handy units. */
export function figure(value: Fact | undefined, unit: string): string {
  if (typeof value !== "number") return value === undefined || value === null ? "unknown" : String(value);
  if (/^(share|fraction)$|_share$/.test(unit)) return share(value);
  if (/^(octets|bytes)$/.test(unit)) return octets(value);
  if (unit === "seconds" || unit === "s") return span(value);
  if (unit === "minutes") return span(60 * value);
  if (unit === "minutes of silence") return `${span(60 * value)} of silence`;
  const word = unitWord(unit);
  return `${figures(value)} ${value === 1 ? word.replace(/s$/, "") : word}`.trim();
}

const figures = (value: number): string =>
  Number.isInteger(value)
    ? count(value)
    : value.toLocaleString([], { maximumSignificantDigits: value < 1 ? 2 : 3 });

const PMF: Readonly<Record<string, string>> = {
  required: "yes",
  capable: "for devices that know how",
  no: "no",
};

const SPECIAL: Readonly<Record<string, (fact: Fact) => string>> = {
  reason_codes: (fact) =>
    [fact]
      .flat()
      .map((code) => REASONS[String(code)] ?? `number ${String(code)}`)
      .filter((word, at, all) => all.indexOf(word) === at)
      .join(", "),
  house_context: (fact) =>
    [fact]
      .flat()
      .map((code) => CONTEXT[String(code)] ?? String(code).replaceAll("_", " "))
      .join(", "),
  house_notes: (fact) => [fact].flat().join(" "),
  pmf: (fact) => PMF[String(fact)] ?? "not known",
  window_seconds: (fact) => (fact === 0 ? "less than a second" : span(Number(fact))),
};

/** How facts are said, by how their key ends. */
const BY_ENDING: readonly [RegExp, (value: number) => string][] = [
  [/(^|_)(share|fraction|coverage|probability)$/, share],
  [/_(seconds|s)$/, span],
  [/_minutes$/, (value) => span(60 * value)],
  [/_dbm$/, (value) => `${Math.round(value)} dBm (${signalWord(value)})`],
  [/(^|_)(octets|bytes)$/, octets],
  [/_us$/, (value) => `${figures(value / 1000)} ms of air`],
  [/_mhz$/, (value) => `${value} MHz`],
];

function factWord(key: string, fact: Fact): string {
  const special = SPECIAL[key];
  if (special !== undefined) return special(fact);
  if (typeof fact === "boolean") return fact ? "yes" : "no";
  if (Array.isArray(fact)) return fact.join(", ");
  if (typeof fact !== "number") return String(fact);
  const ending = BY_ENDING.find(([pattern]) => pattern.test(key));
  return ending === undefined ? figures(fact) : ending[1](fact);
}

/** A key without a label of its own, as words without its unit. */
function labelOf(key: string): string {
  const known = LABELS[key];
  if (known !== undefined) return known;
  const words = key.replace(/_(seconds|s|minutes|dbm|us|mhz)$/, "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The facts beside expected and observed, as a table for people; what is not known is left out. */
export function evidenceRows(evidence: Evidence): EvidenceRow[] {
  return Object.entries(evidence)
    .filter(([key]) => key !== "observed" && key !== "expected" && key !== "unit")
    .filter(([, fact]) => fact !== null && fact !== "" && !(Array.isArray(fact) && fact.length === 0))
    .map(([key, fact]) => ({ label: labelOf(key), value: factWord(key, fact) }));
}
