import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { type Mac, mac, micros, nodeIndex } from "../../../hub/base/units.ts";
import { kismetFingerprint } from "../../../hub/radio/elements/fingerprint.ts";
import { parseElements } from "../../../hub/radio/elements.ts";
import type { ManagementSighting } from "../../../hub/radio/sighting.ts";
import { probesOf } from "../../support/captures/probes.ts";

/** A probe request of a labelled phone. The fingerprints are those of its address when it was sent, 0 before any. */
export interface LabelledProbe {
  readonly phone: string;
  readonly sighting: ManagementSighting;
  readonly fingerprint: number;
  readonly family: number;
  readonly kismet: number;
}

/** All probe requests of one phone in the order of time. */
export interface Phone {
  readonly name: string;
  readonly probes: readonly LabelledProbe[];
}

interface Label {
  readonly pattern: RegExp;
  /** dBm that the loudest frame of an address reaches where the phone lay beside the antenna and others were about. */
  readonly loudest?: number;
  /** Addresses were replaced by random ones, all of whose bits are random. */
  readonly anonymised?: true;
}

/** File names that name one device. */
const LABELS: readonly Label[] = [
  { pattern: /(?:^|__)([A-Za-z0-9]+-[A-Z])_anonymized\.pcap$/, anonymised: true },
  { pattern: /__\d\d_([A-Za-z0-9]+)_01_filtered\.pcap$/, loudest: -40 },
  { pattern: /^([A-Z])-ts-.*\.pcap$/ },
];
/** Receivers by channel in MHz: each is a node of its own. */
const NODES: Readonly<Record<number, number>> = { 2412: 0, 2437: 1 };
const OTHER_NODE = 2;
/** The bit of an address that marks it as locally administered. */
const LOCAL_BIT = 2 ** 41;

/** The phones whose recordings lie in a folder, by name; files that cannot be read as 802.11 are left out. */
export async function phonesIn(folder: string, reader: string): Promise<Phone[]> {
  const phones = new Map<string, LabelledProbe[]>();
  for (const file of readdirSync(folder).sort()) {
    for (const label of LABELS) {
      const name = label.pattern.exec(basename(file))?.[1];
      if (name === undefined) continue;
      const probes = phones.get(name) ?? [];
      phones.set(name, probes);
      for (const probe of await labelled(join(folder, file), { reader, label, name })) probes.push(probe);
    }
  }
  return [...phones]
    .filter(([, probes]) => probes.length > 0)
    .map(([name, probes]) => ({ name, probes: probes.sort((a, b) => a.sighting.time - b.sighting.time) }));
}

async function labelled(
  path: string,
  { reader, label, name }: { reader: string; label: Label; name: string },
): Promise<LabelledProbe[]> {
  const capture = await probesOf(reader, path).catch(() => undefined);
  if (capture === undefined) return [];
  const loudest = new Map<Mac, number>();
  for (const { transmitter, rssi } of capture.probes) {
    loudest.set(transmitter, Math.max(loudest.get(transmitter) ?? -127, rssi));
  }
  const known = new Map<Mac, { fingerprint: number; family: number; kismet: number }>();
  const probes: LabelledProbe[] = [];
  for (const one of capture.probes) {
    if ((loudest.get(one.transmitter) ?? -127) < (label.loudest ?? -127)) continue;
    const block = one.elements === undefined ? undefined : capture.blocks.get(one.elements);
    if (block !== undefined) {
      const { fingerprint, family } = parseElements(block);
      known.set(one.transmitter, { fingerprint, family, kismet: kismetFingerprint(block) });
    }
    const transmitter = label.anonymised === true ? local(one.transmitter) : one.transmitter;
    const node = nodeIndex(NODES[one.frequency] ?? OTHER_NODE);
    const told = known.get(one.transmitter) ?? { fingerprint: 0, family: 0, kismet: 0 };
    probes.push({ phone: name, sighting: { ...one, transmitter, node }, ...told });
  }
  return probes;
}

function local(address: Mac): Mac {
  const has = Math.floor(address / LOCAL_BIT) % 2 === 1;
  return has ? address : mac(address + LOCAL_BIT);
}

/** Silence within a recording that is longer, µs, is cut to this: sessions of different days follow one another. */
const LONGEST_SILENCE = 600e6;
/** Phones begin spread over so many µs. */
const SPREAD = 240e6;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * One air of several phones: each recording begins at its own moment within four minutes, spread evenly and in a
 * different order for each `turn`; within a recording times stay as they are, but silences above ten minutes are cut.
 */
export function airOf(phones: readonly Phone[], turn: number): LabelledProbe[] {
  const air = phones.flatMap(({ probes }, i) => {
    let last = probes[0]?.sighting.time ?? 0;
    let shift = last - ((i * GOLDEN + turn * 0.37) % 1) * SPREAD;
    return probes.map((probe) => {
      const { time } = probe.sighting;
      shift += Math.max(0, time - last - LONGEST_SILENCE);
      last = time;
      return { ...probe, sighting: { ...probe.sighting, time: micros(time - shift) } };
    });
  });
  return air.sort((a, b) => a.sighting.time - b.sighting.time);
}
