import { Dice } from "./dice.ts";
import { difs, sifs, slot } from "./durations.ts";
import { type Ends, Flow } from "./flow.ts";
import { Channel, Counter, FRAME, RETRY } from "./frames.ts";
import {
  type AirPlan,
  DEFAULT_START,
  DSSS_1,
  type FlowPlan,
  type NetworkPlan,
  OFDM_24,
  type StationPlan,
} from "./plan.ts";
import type { Transmission } from "./transmissions.ts";

const BROADCAST = 0xffff_ffff_ffff;
/** Beacon interval of 100 time units of 1,024 µs. */
export const BEACON_INTERVAL = 102_400;

/** Something that wants the air at `ready` and then uses it. */
interface Talker {
  ready: number;
  exchange(channel: Channel): void;
}

export interface FlowEnds extends Ends {
  readonly plan: FlowPlan;
  readonly network: number;
}

/** An access point's TSF as a function of hub time: its own speed, 0 at each restart. */
function tsfOf(network: NetworkPlan, index: number, time: { now: number; start: number }): number {
  const restarts = (network.restarts ?? []).map((second) => time.start + second * 1e6);
  const last = restarts.filter((restart) => restart <= time.now).at(-1);
  const since = last ?? time.start - (index + 1) * 86_400e6 - index * 12_345_678;
  return Math.floor((time.now - since) * (1 + (network.ppm ?? 0) * 1e-6));
}

class Beacons implements Talker {
  ready: number;
  private readonly network: NetworkPlan;
  private readonly index: number;
  private readonly start: number;
  private readonly counter: Counter;
  private due: number;

  constructor(network: NetworkPlan, index: number, parts: { counter: Counter; dice: Dice; start: number }) {
    this.network = network;
    this.index = index;
    this.counter = parts.counter;
    this.start = parts.start;
    this.due = parts.start + parts.dice.below(BEACON_INTERVAL);
    this.ready = this.due;
  }

  exchange(channel: Channel): void {
    const { bssid } = this.network;
    const phy = this.network.beaconPhy ?? (channel.frequency < 3000 ? DSSS_1 : OFDM_24);
    const tsf = tsfOf(this.network, this.index, { now: channel.now, start: this.start });
    channel.send({
      fc: FRAME.beacon,
      length: 280,
      phy,
      a1: BROADCAST,
      a2: bssid,
      a3: bssid,
      sequence: this.counter.take() << 4,
      sender: bssid,
      tsf,
    });
    while (this.due <= channel.now) this.due += BEACON_INTERVAL;
    this.ready = this.due;
  }
}

/** Broadcast probe requests; the access point answers, and repeats itself where the station has gone on. */
class Probes implements Talker {
  ready: number;
  private readonly station: StationPlan;
  private readonly network: NetworkPlan;
  private readonly counters: { readonly own: Counter; readonly accessPoint: Counter };
  private readonly dice: Dice;

  constructor(
    station: StationPlan,
    network: NetworkPlan,
    parts: { own: Counter; accessPoint: Counter; dice: Dice; start: number },
  ) {
    this.station = station;
    this.network = network;
    this.counters = parts;
    this.dice = parts.dice;
    this.ready = parts.start + this.pause();
  }

  private pause(): number {
    return this.dice.exponential(1e6 / (this.station.probes ?? 1));
  }

  exchange(channel: Channel): void {
    const { mac } = this.station;
    const { bssid } = this.network;
    const request = {
      fc: FRAME.probeRequest,
      length: 120,
      phy: DSSS_1,
      a1: BROADCAST,
      a2: mac,
      a3: BROADCAST,
    };
    channel.send({ ...request, sequence: this.counters.own.take() << 4, sender: mac });
    const sequence = this.counters.accessPoint.take() << 4;
    for (let attempt = 0; attempt < 4; attempt++) {
      channel.now += difs(channel.frequency) + this.dice.below(16) * slot;
      const fc = FRAME.probeResponse | (attempt > 0 ? RETRY : 0);
      const answer = { fc, length: 300, phy: DSSS_1, a1: mac, a2: bssid, a3: bssid, duration: 314 };
      channel.send({ ...answer, sequence, sender: bssid });
      if (this.dice.chance(0.5)) break;
    }
    channel.now += sifs(channel.frequency);
    channel.send({ fc: FRAME.ack, length: 14, phy: DSSS_1, a1: bssid, sender: mac });
    this.ready = channel.now + this.pause();
  }
}

/** Plays all networks and stations; gives every transmission in order of time, and who talks to whom. */
export function playMedium(plan: AirPlan): { transmissions: Transmission[]; flows: FlowEnds[] } {
  const start = plan.start ?? DEFAULT_START;
  const end = start + plan.seconds * 1e6;
  const { talkers, flows } = populate(plan, start, end);
  const log: Transmission[] = [];
  let channelNumber = 0;
  for (const [frequency, present] of talkers) {
    const channel = new Channel(frequency, start);
    contend(channel, present, { dice: new Dice(plan.seed, 7000 + channelNumber), end });
    keepInside(log, channel.log, { end, channel: channelNumber });
    channelNumber += 1;
  }
  return { transmissions: log.sort((left, right) => left.time - right.time), flows };
}

/** PPDU numbers are made distinct over frequencies. */
function keepInside(
  log: Transmission[],
  rows: readonly Transmission[],
  of: { end: number; channel: number },
): void {
  for (const row of rows) {
    row.ppdu += of.channel * 1e8;
    if (row.time < of.end) log.push(row);
  }
}

function contend(channel: Channel, talkers: readonly Talker[], limits: { dice: Dice; end: number }): void {
  while (channel.now < limits.end) {
    let next: Talker | undefined;
    for (const talker of talkers) if (next === undefined || talker.ready < next.ready) next = talker;
    if (next === undefined || next.ready >= limits.end) return;
    const free = channel.now + difs(channel.frequency) + limits.dice.below(16) * slot;
    channel.now = Math.max(next.ready, free);
    next.exchange(channel);
  }
}

function populate(plan: AirPlan, start: number, end: number) {
  const talkers = new Map<number, Talker[]>();
  const flows: FlowEnds[] = [];
  const shared = new Map<number, Counter>();
  let stream = 1;
  const counterOf = (mac: number): Counter => {
    const known = shared.get(mac) ?? new Counter(new Dice(plan.seed, 5000 + shared.size));
    shared.set(mac, known);
    return known;
  };
  const add = (network: NetworkPlan, talker: Talker): void => {
    const present = talkers.get(network.frequency) ?? [];
    present.push(talker);
    talkers.set(network.frequency, present);
  };
  const dice = (): Dice => new Dice(plan.seed, stream++);
  plan.networks.forEach((network, index) => {
    add(network, new Beacons(network, index, { counter: counterOf(network.bssid), dice: dice(), start }));
  });
  for (const station of plan.stations) {
    const network = plan.networks[station.network];
    if (network === undefined) throw new RangeError(`station of an unknown network ${station.network}`);
    const counters = { own: counterOf(station.mac), accessPoint: counterOf(network.bssid) };
    if (station.probes) add(network, new Probes(station, network, { ...counters, dice: dice(), start }));
    for (const flowPlan of station.flows) {
      const ends = endsOf(flowPlan, station, { network, flow: flows.length });
      flows.push({ ...ends, plan: flowPlan, network: station.network });
      const own = dice();
      const counter = flowPlan.tid === undefined ? counterOf(ends.transmitter) : new Counter(own);
      add(network, new Flow(flowPlan, ends, { counter, dice: own, start, end }));
    }
  }
  return { talkers, flows };
}

function endsOf(plan: FlowPlan, station: StationPlan, place: { network: NetworkPlan; flow: number }): Ends {
  const { bssid } = place.network;
  const up = plan.direction === "up";
  return {
    flow: place.flow,
    transmitter: up ? station.mac : bssid,
    receiver: up ? bssid : (plan.group ?? station.mac),
    bssid,
    station: station.mac,
  };
}
