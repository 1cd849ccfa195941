import type { Incident } from "../alert/incident.ts";
import type { Names } from "../alert/names.ts";
import { printableText } from "../base/text.ts";
import { type Mac, toSeconds } from "../base/units.ts";
import type { Evidence, Subject } from "../detect/finding.ts";
import { formatMac } from "../radio/mac.ts";
import type { AccessPoint, Device, NodeSignal, Tally } from "../track/model.ts";

/**
 * The public JSON lines of the hub: one object a line, described field by field in SCHEMA.md. Times are seconds since
 * the Unix epoch, airtime is in microseconds, addresses are `aa:bb:cc:dd:ee:ff`, unknown is null.
 */
export type Line = IncidentLine | DeviceLine | AccessPointLine | SummaryLine;

export interface SubjectLine {
  readonly kind: Subject["kind"];
  readonly mac?: string;
  readonly bssid?: string;
  readonly ssid?: string;
  readonly name?: string;
}

export interface IncidentLine {
  readonly type: "incident";
  readonly id: string;
  readonly kind: string;
  readonly severity: string;
  readonly tier: string;
  readonly subject: SubjectLine;
  readonly raised_at: number;
  readonly updated_at: number;
  readonly resolved_at: number | null;
  readonly acknowledged: boolean;
  readonly title: string;
  readonly message: string;
  readonly evidence: Evidence;
}

export interface DeviceLine {
  readonly type: "device";
  readonly mac: string;
  readonly name: string | null;
  readonly vendor: string | null;
  readonly randomized: boolean;
  readonly role: string;
  readonly home: boolean;
  readonly frames: { readonly heard: number; readonly reconstructed: number };
  readonly bytes: UpDown;
  readonly airtime_us: UpDown;
  readonly coverage: number | null;
  readonly retry_share: number | null;
  readonly probe: {
    readonly requests: number;
    readonly ssids: readonly string[];
    readonly other_ssids: number;
    readonly fingerprint: string | null;
  };
  readonly rssi_dbm: number | null;
  readonly first_seen: number;
  readonly last_seen: number;
  readonly bssid: string | null;
}

export interface UpDown {
  readonly up: number;
  readonly down: number;
}

export interface AccessPointLine {
  readonly type: "access_point";
  readonly bssid: string;
  readonly ssid: string | null;
  readonly vendor: string | null;
  readonly frequency_mhz: number | null;
  readonly encryption: string;
  readonly enterprise: boolean;
  readonly pmf: string;
  readonly wps: boolean;
  readonly home: boolean;
  readonly beacon_interval_tu: number;
  readonly beacons: number;
  readonly stations: number | null;
  readonly utilisation: number | null;
  readonly rssi_dbm: number | null;
  readonly first_seen: number;
  readonly last_seen: number;
}

export interface SummaryLine {
  readonly type: "summary";
  readonly frames: number;
  readonly damaged: number;
  readonly seconds: number;
  readonly wall_seconds: number;
  readonly frames_per_second: number;
}

export interface Totals {
  readonly frames: number;
  readonly damaged: number;
  /** Span of the capture. */
  readonly seconds: number;
  readonly wallSeconds: number;
}

const SSID_CHARACTERS = 32;
const NODE_CHARACTERS = 32;

export function incidentLine(incident: Incident, names: Names): IncidentLine {
  return {
    type: "incident",
    id: incident.id,
    kind: incident.kind,
    severity: incident.severity,
    tier: incident.tier,
    subject: subjectLine(incident.subject, names),
    raised_at: toSeconds(incident.raisedAt),
    updated_at: toSeconds(incident.updatedAt),
    resolved_at: incident.resolvedAt === undefined ? null : toSeconds(incident.resolvedAt),
    acknowledged: incident.acknowledged,
    title: incident.title,
    message: incident.message,
    evidence: incident.evidence,
  };
}

/** The subject with all that a reader may key on; `name` is what people call it, `ssid` the network's name. */
export function subjectLine(subject: Subject, names: Names): SubjectLine {
  if (subject.kind === "device") {
    const name = names.nickname(subject.mac);
    return { kind: "device", mac: formatMac(subject.mac), ...(name === undefined ? {} : { name }) };
  }
  if (subject.kind === "access_point") {
    const ssid = names.network(subject.bssid);
    return {
      kind: "access_point",
      bssid: formatMac(subject.bssid),
      ...(ssid === undefined ? {} : { ssid, name: ssid }),
    };
  }
  if (subject.kind === "network") {
    return { kind: "network", ssid: printableText(subject.ssid, SSID_CHARACTERS) };
  }
  if (subject.kind === "node") return { kind: "node", name: printableText(subject.node, NODE_CHARACTERS) };
  return { kind: "air" };
}

export function deviceLine(device: Device, names: Names): DeviceLine {
  const { up, down, probe } = device;
  const heard = up.heard + down.heard;
  const reconstructed = Math.round(up.reconstructed + down.reconstructed);
  return {
    type: "device",
    mac: formatMac(device.mac),
    name: names.nickname(device.mac) ?? null,
    vendor: device.vendor ?? null,
    randomized: device.randomized,
    role: device.role,
    home: device.home,
    frames: { heard, reconstructed },
    bytes: upDown(up, down, "octetsEstimated"),
    airtime_us: upDown(up, down, "airtime"),
    coverage: share(heard, reconstructed),
    retry_share: share(up.retries + down.retries, up.frames + down.frames),
    probe: {
      requests: probe.requests,
      ssids: [...probe.homeNames].map((name) => printableText(name, SSID_CHARACTERS)),
      other_ssids: probe.otherNames,
      fingerprint: probe.fingerprint === 0 ? null : probe.fingerprint.toString(16).padStart(8, "0"),
    },
    rssi_dbm: loudest(device.signals),
    first_seen: toSeconds(device.firstSeen),
    last_seen: toSeconds(device.lastSeen),
    bssid: macOrNull(device.bssid),
  };
}

export function accessPointLine(point: AccessPoint, names: Names): AccessPointLine {
  const { security } = point;
  return {
    type: "access_point",
    bssid: formatMac(point.bssid),
    ssid: names.network(point.bssid) ?? null,
    vendor: point.vendor ?? null,
    frequency_mhz: point.frequency > 0 ? point.frequency : null,
    encryption: security.encryption,
    enterprise: security.enterprise,
    pmf: security.pmf,
    wps: security.wps,
    home: point.home,
    beacon_interval_tu: point.beaconInterval,
    beacons: point.beacons,
    stations: point.stations ?? null,
    utilisation: point.utilisation === undefined ? null : rounded(point.utilisation, 1000),
    rssi_dbm: loudest(point.signals),
    first_seen: toSeconds(point.firstSeen),
    last_seen: toSeconds(point.lastSeen),
  };
}

export function summaryLine(totals: Totals): SummaryLine {
  const { frames, damaged, seconds, wallSeconds } = totals;
  return {
    type: "summary",
    frames,
    damaged,
    seconds,
    wall_seconds: rounded(wallSeconds, 1000),
    frames_per_second: wallSeconds > 0 ? Math.round(frames / wallSeconds) : 0,
  };
}

const upDown = (up: Tally, down: Tally, figure: "octetsEstimated" | "airtime"): UpDown => ({
  up: Math.round(up[figure]),
  down: Math.round(down[figure]),
});

const rounded = (value: number, parts: number): number => Math.round(value * parts) / parts;

const share = (part: number, whole: number): number | null =>
  whole > 0 ? rounded(Math.min(1, part / whole), 10_000) : null;

const macOrNull = (address: Mac | undefined): string | null =>
  address === undefined ? null : formatMac(address);

/** dBm at the node that hears it best; 0 and above are no readings. */
function loudest(signals: readonly NodeSignal[]): number | null {
  let best: number | null = null;
  for (const { rssi } of signals) if (rssi < 0 && (best === null || rssi > best)) best = Math.round(rssi);
  return best;
}
