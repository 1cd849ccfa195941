import { identityOf, isMute } from "../alert/identity.ts";
import type { Incident } from "../alert/incident.ts";
import type { IncidentBook } from "../alert/incidents.ts";
import type { Names } from "../alert/names.ts";
import { printable, printableText } from "../base/text.ts";
import type { Mac, Micros, NodeIndex } from "../base/units.ts";
import { toSeconds } from "../base/units.ts";
import type { ChannelShare } from "../learn/air-share.ts";
import { channelOf } from "../radio/channel.ts";
import { formatMac } from "../radio/mac.ts";
import type { Borne } from "../track/identity/identity.ts";
import type { AccessPoint, Device, House, NodeSignal, Tally } from "../track/model.ts";
import { subjectLine } from "./lines.ts";
import type {
  AccessPointView,
  ChannelView,
  DeviceView,
  IncidentView,
  QuietView,
  TallyView,
} from "./snapshot.ts";
import { deviceHouseView, type HouseSources } from "./view/house.ts";

const SSID_CHARACTERS = 32;
const VENDOR_CHARACTERS = 60;
/** Rows of the page; a home has fewer, and a crowd outside must not make it slow. */
const MOST_DEVICES = 500;
const MOST_ACCESS_POINTS = 200;
const MOST_PEERS = 20;

/** What the views need beside the house. */
export interface ViewSources {
  readonly house: House;
  readonly names: Names;
  /** A person or the learning phase has taken the device as the home's own. */
  readonly isKnown: (mac: Mac) => boolean;
  readonly nodeName: (node: NodeIndex) => string;
  /** Share of the air over the last minute, 0-1. */
  readonly airtimeShare: (mac: Mac) => number | undefined;
  /** Room that the household put it in. */
  readonly areaOf: (mac: Mac) => string | undefined;
  /** Which device bears an address. */
  readonly bearerOf: (mac: Mac) => Borne | undefined;
  /** What Home Assistant told of the house, now. */
  readonly told: () => HouseSources;
}

export function incidentView(incident: Incident, names: Names): IncidentView {
  const { id, kind, severity, tier, acknowledged, title, message, evidence } = incident;
  return {
    ...{ id, kind, severity, tier, acknowledged, title, message, evidence },
    subject: subjectLine(incident.subject, names),
    raisedAt: toSeconds(incident.raisedAt),
    updatedAt: toSeconds(incident.updatedAt),
    resolvedAt: incident.resolvedAt === undefined ? null : toSeconds(incident.resolvedAt),
  };
}

/** What is held back now because a person said so; muted devices are their own entities' affair. */
export function quietViews(incidents: IncidentBook, now: Micros): QuietView[] {
  const latest = new Map<string, string>();
  for (const { id, kind, subject } of incidents.all()) latest.set(identityOf(kind, subject), id);
  return incidents.feedback
    .all()
    .filter(({ identity, until }) => !isMute(identity) && (until === undefined || until > now))
    .map(({ identity, until }) => ({
      identity,
      until: until === undefined ? null : toSeconds(until),
      incident: latest.get(identity) ?? null,
    }));
}

/** The home's devices; strangers are counted elsewhere and have no row. */
export function deviceViews(sources: ViewSources): DeviceView[] {
  const devices: Device[] = [];
  for (const device of sources.house.devices()) {
    if (!device.home || device.role === "access_point") continue;
    if (devices.length >= MOST_DEVICES) break;
    devices.push(device);
  }
  const alike = Map.groupBy(devices, ({ mac }) => sources.bearerOf(mac)?.id);
  return devices.map((device) => deviceView(device, sources, alike));
}

/** Home devices by the id of what bears them; without an id those that stand alone. */
type Alike = ReadonlyMap<number | undefined, readonly Device[]>;

function sameAsView({ mac }: Device, sources: ViewSources, alike: Alike): DeviceView["sameAs"] {
  const borne = sources.bearerOf(mac);
  if (borne === undefined) return null;
  const others = (alike.get(borne.id) ?? []).filter((one) => one.mac !== mac);
  if (others.length === 0) return null;
  const { byHand, confidence } = borne;
  return { macs: others.slice(0, MOST_PEERS).map((one) => formatMac(one.mac)), byHand, confidence };
}

function deviceView(device: Device, sources: ViewSources, alike: Alike): DeviceView {
  const { names } = sources;
  const heard = device.up.heard + device.down.heard;
  const reconstructed = device.up.reconstructed + device.down.reconstructed;
  const frames = device.up.frames + device.down.frames;
  return {
    mac: formatMac(device.mac),
    name: names.nickname(device.mac) ?? null,
    area: sources.areaOf(device.mac) ?? null,
    vendor: device.vendor === undefined ? null : printableText(device.vendor, VENDOR_CHARACTERS),
    randomized: device.randomized,
    role: device.role,
    home: device.home,
    known: sources.isKnown(device.mac),
    bssid: device.bssid === undefined ? null : formatMac(device.bssid),
    network: device.bssid === undefined ? null : (names.network(device.bssid) ?? null),
    firstSeen: toSeconds(device.firstSeen),
    lastSeen: toSeconds(device.lastSeen),
    up: tallyView(device.up),
    down: tallyView(device.down),
    coverage: reconstructed === 0 ? null : Math.min(1, heard / reconstructed),
    retryShare: frames === 0 ? null : (device.up.retries + device.down.retries) / frames,
    airtimeShare: sources.airtimeShare(device.mac) ?? null,
    signals: signalViews(device.signals, sources),
    probe: probeView(device),
    peers: peerViews(device),
    sameAs: sameAsView(device, sources, alike),
    house: deviceHouseView(device.mac, sources.told()),
  };
}

function tallyView(tally: Tally): TallyView {
  return {
    frames: tally.frames,
    heard: tally.heard,
    reconstructed: Math.round(tally.reconstructed),
    uncertainty: Math.round(tally.uncertainty),
    octets: tally.octets,
    octetsEstimated: Math.round(tally.octetsEstimated),
    airtime: Math.round(tally.airtime),
    airtimeReserved: Math.round(tally.airtimeReserved),
    airtimeEstimated: Math.round(tally.airtimeEstimated),
  };
}

function signalViews(signals: readonly NodeSignal[], sources: ViewSources): DeviceView["signals"] {
  return signals.map((signal) => ({
    node: sources.nodeName(signal.node),
    rssi: Math.round(signal.rssi),
    lastHeard: toSeconds(signal.lastHeard),
  }));
}

function probeView({ probe }: Device): DeviceView["probe"] {
  return {
    requests: probe.requests,
    directed: probe.directed,
    homeNames: [...probe.homeNames].map((name) => printableText(name, SSID_CHARACTERS)),
    otherNames: probe.otherNames,
    fingerprint: probe.fingerprint === 0 ? null : (probe.fingerprint >>> 0).toString(16).padStart(8, "0"),
  };
}

function peerViews(device: Device): DeviceView["peers"] {
  return [...device.peers.values()]
    .sort((a, b) => b.octets - a.octets)
    .slice(0, MOST_PEERS)
    .map(({ peer, mpdus, octets, lastSeen }) => ({
      ...{ mac: formatMac(peer), mpdus, octets },
      lastSeen: toSeconds(lastSeen),
    }));
}

/** Channels in the order of their frequency. */
export function channelViews(shares: Iterable<ChannelShare>): ChannelView[] {
  return [...shares]
    .sort((a, b) => a.frequency - b.frequency)
    .map(({ frequency, heard, reserved, stated, unheard }) => ({
      channel: channelOf(frequency) ?? null,
      ...{ frequency, heard, reserved },
      stated: stated ?? null,
      unheard: unheard ?? null,
    }));
}

/** Home first, then the loudest of the others. */
export function accessPointViews(sources: ViewSources): AccessPointView[] {
  const all = [...sources.house.accessPoints()];
  const loudest = (one: AccessPoint): number => Math.max(-127, ...one.signals.map((signal) => signal.rssi));
  return all
    .sort((a, b) => Number(b.home) - Number(a.home) || loudest(b) - loudest(a))
    .slice(0, MOST_ACCESS_POINTS)
    .map((one) => accessPointView(one, sources));
}

function accessPointView(one: AccessPoint, sources: ViewSources): AccessPointView {
  const hidden = one.ssid?.every((octet) => octet === 0) === true;
  return {
    bssid: formatMac(one.bssid),
    ssid: one.ssid === undefined || hidden ? null : printable(one.ssid, SSID_CHARACTERS),
    hidden,
    vendor: one.vendor === undefined ? null : printableText(one.vendor, VENDOR_CHARACTERS),
    channel: channelOf(one.frequency) ?? null,
    security: one.security.encryption,
    pmf: one.security.pmf,
    home: one.home,
    stations: one.stations ?? null,
    utilisation: one.utilisation ?? null,
    firstSeen: toSeconds(one.firstSeen),
    lastSeen: toSeconds(one.lastSeen),
    signals: signalViews(one.signals, sources),
  };
}
