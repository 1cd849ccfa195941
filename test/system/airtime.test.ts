import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { basename, join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { FRAMES_HEADER } from "../../hub/edge/replay/frames-table.ts";
import { FORMAT, phyFormat, phyLdpc, phyStbc, phyStreams } from "../../hub/radio/airtime/phy.ts";
import { timingOf } from "../../hub/radio/airtime/txtime.ts";
import { AirtimeMeter, overheadMicros, ppduAirtime } from "../../hub/radio/airtime.ts";
import { createBatch, FLAG, NO_ADDRESS } from "../../hub/radio/batch.ts";
import { KIND } from "../../hub/radio/frame.ts";
import { type DissectedFrame, dissect } from "../support/captures/tshark-frames.ts";
import { capturesFolder, capturesOf } from "../support/captures.ts";

/** Airtime of every frame of a capture, in its order, NaN where unknown: where the figures to be judged come from. */
type AirtimeSource = (path: string, frames: readonly DissectedFrame[]) => ArrayLike<number>;

const skip = reasonToSkip();

function reasonToSkip(): string | false {
  if (capturesFolder() === undefined) return "captures not found";
  return spawnSync("tshark", ["--version"]).status === 0 ? false : "tshark is not installed";
}

/** The meter, fed with what tshark reads from radiotap. */
const meterSource: AirtimeSource = (_path, frames) => {
  const meter = new AirtimeMeter();
  const batch = createBatch();
  batch.count = 1;
  return Float64Array.from(frames, (frame) => {
    batch.phy[0] = frame.phy;
    batch.length[0] = frame.length;
    batch.flags[0] = frame.continues ? FLAG.ppduContinues : 0;
    batch.a2[0] = frame.transmitter === "" ? NO_ADDRESS : 0;
    batch.addresses[0] = Number.parseInt(frame.transmitter.replaceAll(":", "") || "0", 16);
    return meter.measure(batch)[0] ?? Number.NaN;
  });
};

/** Lines of `airwarden replay --frames`, the header first; none where the command or the node's program is missing. */
function frameLines(path: string): string[] {
  const main = join(import.meta.dirname, "../../hub/main.ts");
  const result = spawnSync(process.execPath, [main, "replay", "--frames", path], {
    encoding: "utf8",
    maxBuffer: 512 * 1024 * 1024,
  });
  const lines = result.stdout.split("\n");
  return lines[0] === FRAMES_HEADER ? lines.slice(0, -1) : [];
}

/** The whole way of a frame: the node reads the capture, the wire carries it, the hub measures it. */
const replaySource: AirtimeSource = (path, frames) => {
  const comparable = frames.some((frame) => !Number.isNaN(frame.duration));
  if (!comparable) return new Float64Array(frames.length).fill(Number.NaN);
  return Float64Array.from(frameLines(path).slice(1), (line) => {
    const airtime = line.slice(line.lastIndexOf("\t") + 1);
    return airtime === "" ? Number.NaN : Number(airtime);
  });
};

interface Tally {
  frames: number;
  equal: number;
}

const share = (tally: Tally): number => tally.equal / tally.frames;
const paths = skip === false ? [...capturesOf("phy"), ...capturesOf("normal")] : [];
/** Read once: tshark takes half a minute for all of them. */
const captures = new Map<string, DissectedFrame[]>();
const framesOf = (path: string): DissectedFrame[] => {
  const frames = captures.get(path) ?? dissect(path);
  captures.set(path, frames);
  return frames;
};

/** Formats and codings that tshark reckons by the standard; see the tests of the others. */
function reckonedAlike(phy: number): boolean {
  const format = phyFormat(phy);
  if (format === FORMAT.ht) return !phyLdpc(phy);
  return format === FORMAT.dsss || format === FORMAT.ofdm;
}

function compare(source: AirtimeSource): { all: Tally; alike: Tally; worst: string[] } {
  const all: Tally = { frames: 0, equal: 0 };
  const alike: Tally = { frames: 0, equal: 0 };
  const worst: string[] = [];
  for (const path of paths) {
    const frames = framesOf(path);
    const airtimes = source(path, frames);
    assert.equal(airtimes.length, frames.length, `${basename(path)}: one airtime a frame`);
    frames.forEach((frame, i) => {
      if (Number.isNaN(frame.duration)) return;
      const airtime = airtimes[i] ?? Number.NaN;
      const equal = Math.abs(airtime - frame.duration) <= 1;
      for (const tally of reckonedAlike(frame.phy) ? [all, alike] : [all]) {
        tally.frames += 1;
        tally.equal += equal ? 1 : 0;
      }
      if (!equal && reckonedAlike(frame.phy) && worst.length < 10) {
        worst.push(`${basename(path)} frame ${i + 1}: ${airtime} µs, tshark ${frame.duration} µs`);
      }
    });
  }
  return { all, alike, worst };
}

interface Reporter {
  diagnostic(line: string): void;
}

/** Gives the first frames that differ although both reckon alike. */
function expectEqual(source: AirtimeSource, t: Reporter): string[] {
  const { all, alike, worst } = compare(source);
  t.diagnostic(`${all.equal} of ${all.frames} frames equal (${(100 * share(all)).toFixed(3)} %)`);
  t.diagnostic(`DSSS, OFDM and HT without LDPC: ${alike.equal} of ${alike.frames}`);
  for (const line of worst) t.diagnostic(line);
  assert.ok(all.frames > 100_000);
  assert.ok(share(all) >= 0.99, `only ${(100 * share(all)).toFixed(3)} % are equal`);
  return worst;
}

const criterion = "airtime equals tshark's duration within 1 µs on at least 99 % of frames with known PHY";

test(criterion, { skip }, (t) => {
  assert.deepEqual(
    expectEqual(meterSource, t),
    [],
    "DSSS, OFDM and HT without LDPC are equal without exception",
  );
});

test(`${criterion}, through airwarden replay --frames`, { skip }, (t) => {
  const [first] = paths;
  if (first === undefined || frameLines(first).length === 0) {
    t.skip("airwarden replay --frames does not run here");
    return;
  }
  expectEqual(replaySource, t);
});

/**
 * What tshark 4.0 takes for a VHT PPDU: no VHT-SIG-B, one training field a stream, bits over rate without tail bits
 * or whole symbols. Equal to its duration, this shows that both read the same from radiotap; the standard gives more.
 */
function shortVht(phy: number, octets: number): number {
  const timing = timingOf(phy);
  if (timing === undefined) return Number.NaN;
  const rate = timing.dataBits / timing.symbol;
  const training = phyStreams(phy) * (phyStbc(phy) ? 2 : 1);
  return 32 + 4 * training + Math.floor((8 * octets + 16) / rate);
}

test("where tshark shortens VHT, it shortens the same PPDU", { skip }, (t) => {
  const tally: Tally = { frames: 0, equal: 0 };
  for (const frame of paths.flatMap(framesOf)) {
    if (phyFormat(frame.phy) !== FORMAT.vht || frame.continues) continue;
    tally.frames += 1;
    tally.equal += Math.abs(shortVht(frame.phy, frame.length) - frame.duration) <= 1 ? 1 : 0;
    assert.ok(ppduAirtime(frame.phy, frame.length) > frame.duration);
  }
  t.diagnostic(`${tally.equal} of ${tally.frames} VHT PPDUs`);
  assert.ok(tally.frames > 1000);
  assert.ok(share(tally) > 0.99);
});

/** From the begin of VHT PPDUs to the begin of their BlockAck on the receiver's clock, less TXTIME: SIFS and a constant. */
function gapsToBlockAck(frames: readonly DissectedFrame[], airtimes: ArrayLike<number>): number[] {
  const gaps: number[] = [];
  for (let first = 0; first < frames.length; first++) {
    const frame = frames[first];
    if (frame === undefined || frame.continues || phyFormat(frame.phy) !== FORMAT.vht) continue;
    let airtime = airtimes[first] ?? Number.NaN;
    let psdu = 4 + frame.length;
    let next = first + 1;
    for (let further = frames[next]; further?.continues; further = frames[++next]) {
      airtime += airtimes[next] ?? Number.NaN;
      psdu = Math.ceil(psdu / 4) * 4 + 4 + further.length;
    }
    const answer = frames[next];
    if (answer?.kind !== KIND.blockAck || answer.receiver !== frame.transmitter) continue;
    gaps.push(answer.clock - frame.clock - airtime - overheadMicros(frame.phy, psdu, 5180));
  }
  return gaps;
}

test("the air agrees: VHT PPDUs are answered a constant time after their airtime", { skip }, (t) => {
  let judged = 0;
  for (const path of paths) {
    const frames = framesOf(path);
    const gaps = gapsToBlockAck(frames, meterSource(path, frames)).sort((a, b) => a - b);
    if (gaps.length < 30) continue;
    judged += 1;
    const median = gaps[gaps.length >> 1] ?? Number.NaN;
    // Two stations may answer with different delays, and MPDUs that were not heard make a gap longer.
    const near = gaps.filter((gap) => Math.abs(gap - median) <= 2).length / gaps.length;
    t.diagnostic(`${basename(path)}: ${gaps.length} exchanges, ${(100 * near).toFixed(0)} % within 2 µs`);
    assert.ok(near >= 0.8, `${basename(path)}: only ${(100 * near).toFixed(0)} % within 2 µs of the median`);
  }
  assert.ok(judged > 0, "no capture has enough exchanges");
});
