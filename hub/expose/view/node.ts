import { printableText } from "../../base/text.ts";
import { type Mac, MINUTE, type Micros, micros, SECOND, toSeconds } from "../../base/units.ts";
import type { NodeRecord } from "../../intake/node.ts";
import type { Nodes } from "../../intake/nodes.ts";
import { versionGap } from "../../intake/versions.ts";
import { channelOf } from "../../radio/channel.ts";
import { formatMac } from "../../radio/mac.ts";
import type { NodeUpdateView, NodeView, PairedView } from "../snapshot.ts";

const NAME_CHARACTERS = 32;
const LINK_CHARACTERS = 120;
/** A node says something at least once a second; after this it is shown as silent. */
const SILENT = micros(15 * SECOND);

export interface NodeSources {
  readonly nodes: Nodes;
  readonly now: Micros;
  readonly isOpen: (record: NodeRecord) => boolean;
  readonly clockOf: (record: NodeRecord) => { readonly source: string; readonly error: number };
  readonly framesPerSecond: (record: NodeRecord) => number;
  /** Version of the protocol that the hub speaks. */
  readonly protocol: number;
  readonly updateOf: (record: NodeRecord) => NodeUpdateView;
}

/** Id of a node for ever: its address without colons, or its link until it has said hello. */
export const nodeId = (record: NodeRecord): string =>
  record.hello === undefined ? record.link : nodeIdOf(record.hello.mac);

export const nodeIdOf = (mac: Mac): string => formatMac(mac).replaceAll(":", "");

/** Boards start anew when they are told to; a program on a computer refuses. */
export const canRestart = (chip: string): boolean => chip !== "linux";

/** Whether it has said something so lately that it counts as there. */
export const isHeard = (record: NodeRecord, now: Micros): boolean => now - record.lastHeard < SILENT;

/** What people call a node: the name it was given, else its chip and the end of its address. */
export function nodeName(record: NodeRecord): string {
  const given = printableText(record.name, NAME_CHARACTERS).trim();
  if (given !== "") return given;
  const { hello } = record;
  return hello === undefined
    ? printableText(record.link, NAME_CHARACTERS)
    : `${hello.chip} ${formatMac(hello.mac).slice(-5)}`;
}

/** One row a node. */
export const nodeViews = (sources: NodeSources): NodeView[] =>
  sources.nodes.reporting().map((record) => nodeView(record, sources));

/** A node that has a key, without the key. */
export interface Paired {
  readonly name: string;
  readonly mac: Mac | undefined;
  readonly addedAt: Micros;
  readonly lastHeard: Micros | undefined;
}

export const pairedView = ({ name, mac, addedAt, lastHeard }: Paired): PairedView => ({
  name: printableText(name, NAME_CHARACTERS),
  mac: mac === undefined ? null : formatMac(mac),
  addedAt: toSeconds(addedAt),
  lastHeard: lastHeard === undefined ? null : toSeconds(lastHeard),
});

function nodeView(record: NodeRecord, sources: NodeSources): NodeView {
  const { hello, heartbeat } = record;
  const { now } = sources;
  const clock = sources.clockOf(record);
  return {
    id: nodeId(record),
    name: nodeName(record),
    chip: hello?.chip ?? "unknown",
    mac: hello === undefined ? null : formatMac(hello.mac),
    link: printableText(record.link, LINK_CHARACTERS),
    uplink: record.aside || record.link.startsWith("udp:") ? "wifi" : "cable",
    cable: cableOf(record, sources),
    firmware: hello?.firmware ?? "unknown",
    connected: sources.isOpen(record) && hello !== undefined && !record.aside && isHeard(record, now),
    lastHeard: record.messages === 0 ? null : toSeconds(record.lastHeard),
    framesPerSecond: sources.framesPerSecond(record),
    frames: record.frames,
    dropped: record.dropped,
    lostMessages: record.lostMessages,
    damaged: record.damaged,
    channel: record.frequency === undefined ? null : (channelOf(record.frequency) ?? null),
    channels: channelShares(record, sources),
    temperature: heartbeat?.temperature ?? null,
    uptime: heartbeat?.uptime ?? null,
    clock: {
      source: clock.source,
      errorMicros: Number.isFinite(clock.error) ? Math.round(clock.error) : null,
    },
    problem: problemOf(record, sources.protocol),
    update: sources.updateOf(record),
    restartable: hello !== undefined && canRestart(hello.chip),
  };
}

/** The serial port that it is on now, whatever it reports over. */
function cableOf({ hello }: NodeRecord, { nodes, isOpen }: NodeSources): string | null {
  const on = hello === undefined ? undefined : cableRecord(nodes, hello.mac, isOpen);
  if (on !== undefined) return printableText(on.link, LINK_CHARACTERS);
  return null;
}

/** A node as it is heard over its cable; undefined where it is on none. */
const cableRecord = (
  nodes: Nodes,
  mac: Mac,
  isOpen: (record: NodeRecord) => boolean,
): NodeRecord | undefined => nodes.of(mac).find((one) => one.link.startsWith("/") && isOpen(one));

/** Where it listened over the last minute. */
function channelShares(record: NodeRecord, { nodes, now }: NodeSources): NodeView["channels"] {
  const spans = nodes.channels(record.index, { from: micros(now - MINUTE), to: now });
  const total = [...spans.values()].reduce((sum, listened) => sum + listened, 0);
  if (total === 0) return [];
  return [...spans]
    .map(([frequency, listened]) => ({ channel: channelOf(frequency) ?? 0, share: listened / total }))
    .filter((one) => one.channel !== 0)
    .sort((a, b) => b.share - a.share);
}

function problemOf(record: NodeRecord, protocol: number): string | null {
  const { hello, heartbeat } = record;
  if (hello === undefined) return record.messages === 0 ? "nothing was heard from it yet" : null;
  if (record.aside) return "it is set to report over Wi-Fi, and is not heard there";
  const gap = versionGap(hello.protocol, protocol);
  if (gap === "node_ahead") return "its firmware is newer than this hub: update Airwarden";
  if (gap === "node_behind") return "its firmware needs an update";
  if (heartbeat?.safeMode === true)
    return "it started badly several times, so it waits in safe mode without listening: it tries again within ten minutes; if it comes back to this, update its firmware or write it anew";
  if ((heartbeat?.degradeStep ?? 0) > 0)
    return "it hears more than it can send, so it leaves some frames out: put it on USB, or add a second node";
  return null;
}
