import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dbm, type Mac, type Micros, mac, megahertz, micros, nodeIndex } from "../../../hub/base/units.ts";
import { RecordingClock } from "../../../hub/edge/replay/clock.ts";
import { play, type Recording, type Stage } from "../../../hub/edge/replay/play.ts";
import { MessageStream } from "../../../hub/edge/replay/stream.ts";
import { encodeFrame } from "../../../hub/wire/frame.ts";
import { CAPABILITY } from "../../../hub/wire/kinds.ts";
import { encodeNodeMessage } from "../../../hub/wire/messages.ts";
import type { Hello } from "../../../hub/wire/records/bodies.ts";

const NONE = new Uint8Array(0);
const SECOND = 1e6;
const BATCH = 20_000;

const hello = (clock: number, bootId = 1, capabilities: number = CAPABILITY.unixTime): Hello => ({
  kind: "hello",
  protocol: 1,
  firmware: "0",
  chip: "linux",
  mac: mac(1) as Mac,
  bootId,
  resetReason: 0,
  capabilities,
  name: "",
  configuration: 0,
  clock: micros(clock),
});

const helloMessage = (...words: Parameters<typeof hello>): Uint8Array =>
  encodeNodeMessage(hello(...words), 0);

const frames = (start: number): Uint8Array =>
  encodeNodeMessage(
    {
      kind: "frames",
      start: micros(start),
      frequency: megahertz(2412),
      noise: dbm(0),
      dropped: 0,
      thinned: 1,
      addresses: NONE,
      phys: NONE,
      records: NONE,
    },
    1,
  );

const log = encodeNodeMessage({ kind: "log", level: "info", text: "x" }, 2);

/** A recording of the messages in pieces of `size` octets. */
function recording(messages: readonly Uint8Array[], size = 7, clock = new RecordingClock()): MessageStream {
  const octets = Buffer.concat(messages.map(encodeFrame));
  async function* pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
  }
  return new MessageStream(pieces(), clock);
}

const of = (node: string, stream: MessageStream, first = Number.NEGATIVE_INFINITY): Recording => ({
  node,
  first,
  open: () => stream,
});

/** A stage that writes down what happens on it. */
function stage(breathe: () => boolean = () => false): Stage & { said: string[]; ticks: number[] } {
  const names: string[] = [];
  const said: string[] = [];
  const ticks: number[] = [];
  return {
    said,
    ticks,
    opened: (link) => {
      said.push(`open ${link}`);
      return nodeIndex(names.push(link) - 1);
    },
    message: (node, _, arrival) => said.push(`${names[node]} ${(arrival - BATCH) / SECOND}`),
    closed: (node) => said.push(`close ${names[node]}`),
    tick: (now: Micros) => {
      ticks.push(now);
    },
    breathe: async () => breathe(),
  };
}

const seconds = (...times: number[]): Uint8Array[] => times.map((time) => frames(time * SECOND));

test("recordings of several nodes are merged by time", async () => {
  const show = stage();
  const a = recording([helloMessage(0), ...seconds(1, 3, 5)]);
  const b = recording([helloMessage(0), ...seconds(2, 4, 6)]);
  const played = await play([of("a", a), of("b", b)], show);
  assert.deepEqual(
    show.said.filter((line) => !line.startsWith("open") && !line.endsWith(" 0")),
    ["a 1", "b 2", "a 3", "b 4", "a 5", "close a", "b 6", "close b"],
  );
  assert.equal(played.messages, 8);
  assert.equal(played.first, BATCH);
  assert.equal(played.last, 6 * SECOND + BATCH);
});

test("the recordings of one node follow one another in time, empty ones are passed over", async () => {
  const show = stage();
  const parts = [
    of("a", recording(seconds(7)), 7 * SECOND),
    of("a", recording([]), 2 * SECOND),
    of("a", recording(seconds(1)), 1 * SECOND),
  ];
  await play(parts, show);
  assert.deepEqual(show.said, ["open a", "a 1", "close a", "open a", "a 7", "close a"]);
});

test("recordings of one node that overlap are heard as several", async () => {
  const show = stage();
  const parts = [
    of("a", recording(seconds(1, 5)), 1 * SECOND),
    of("a", recording(seconds(3, 4)), 3 * SECOND),
    of("a", recording(seconds(6)), 6 * SECOND),
  ];
  await play(parts, show);
  assert.deepEqual(show.said, [
    ...["open a", "a 1", "open a 2", "a 2 3", "a 2 4", "close a 2", "a 5", "close a"],
    ...["open a", "a 6", "close a"],
  ]);
});

test("a recording is opened only when its time has come", async () => {
  const opened: number[] = [];
  const show = stage();
  const parts = [0, 1, 2].map((part): Recording => {
    const first = part * 10 * SECOND;
    return {
      node: "a",
      first,
      open: () => {
        opened.push(show.said.length);
        return recording([frames(first)]);
      },
    };
  });
  await play(parts, show);
  assert.deepEqual(opened, [0, 3, 6]);
});

test("too many recordings at once are refused", async () => {
  const parts = Array.from({ length: 33 }, () => of("a", recording(seconds(1))));
  await assert.rejects(play(parts, stage()), /more than 32 recordings overlap in time/);
});

test("hub time ticks once a second between messages, before the message of the same moment", async () => {
  const show = stage();
  await play([of("a", recording(seconds(1, 1.5, 4)))], show);
  assert.deepEqual(
    show.ticks,
    [2, 3, 4].map((time) => time * SECOND + BATCH),
  );
});

test("the end of a recording is ticked, so that what holds then is found", async () => {
  const show = stage();
  await play([of("a", recording(seconds(1, 1.25)))], show);
  assert.deepEqual(show.ticks, [1.25 * SECOND + BATCH]);
});

test("a gap of ten years costs a few thousand ticks, and seconds go on after it", async () => {
  const show = stage();
  const years = 10 * 365 * 86_400;
  await play([of("a", recording(seconds(0, years, years + 3)))], show);
  assert.ok(show.ticks.length < 5000, `${show.ticks.length}`);
  assert.deepEqual(
    show.ticks.slice(-4),
    [years, years + 1, years + 2, years + 3].map((time) => time * SECOND + BATCH),
  );
});

test("hub time never runs backwards, whatever order the messages are in", async () => {
  const times = fc.array(fc.integer({ min: 0, max: 200_000 }), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(times, times, fc.integer({ min: 1, max: 300 }), async (first, second, size) => {
      const show = stage();
      let now = 0;
      const follow = (time: number): void => {
        assert.ok(time >= now, `${time} after ${now}`);
        now = time;
      };
      const checked: Stage = {
        ...show,
        message: (_node, _message, arrival) => follow(arrival),
        tick: follow,
      };
      const a = recording([helloMessage(0), ...seconds(...first)], size);
      const b = recording([helloMessage(0), ...seconds(...second), log], size);
      const played = await play([of("a", a), of("b", b)], checked);
      assert.equal(played.messages, first.length + second.length + 3);
    }),
    { numRuns: 50 },
  );
});

test("damage is counted and costs only the damaged message", async () => {
  const octets = Buffer.concat([encodeFrame(frames(1)), Buffer.from([9, 9, 9, 0]), encodeFrame(frames(2))]);
  async function* pieces() {
    yield octets;
  }
  const show = stage();
  const played = await play([of("a", new MessageStream(pieces(), new RecordingClock()))], show);
  assert.equal(played.damaged, 1);
  assert.equal(played.messages, 2);
});

test("a play that is ended lets go of every file", async () => {
  let released = 0;
  async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (let time = 0; ; time++) yield encodeFrame(frames(time * SECOND));
    } finally {
      released += 1;
    }
  }
  let rounds = 0;
  const show = stage(() => ++rounds === 5);
  const two = ["a", "b"].map((node) => of(node, new MessageStream(endless(), new RecordingClock())));
  await play(two, show);
  assert.equal(released, 2);
  assert.deepEqual(show.said.slice(-2), ["close a", "close b"]);
});

test("a paced play asks for every moment before it shows it", async () => {
  const show = stage();
  const asked: number[] = [];
  const paced: Stage = {
    ...show,
    due: async (time) => {
      asked.push(time);
      show.said.push("due");
    },
  };
  await play([of("a", recording(seconds(1, 2)))], paced);
  assert.deepEqual(show.said, ["open a", "due", "a 1", "due", "due", "a 2", "close a"]);
  assert.deepEqual(
    asked,
    [1, 2, 2].map((time) => time * SECOND + BATCH),
  );
});

test("a node that starts again goes on where it was", () => {
  const clock = new RecordingClock();
  const arrivals = [
    clock.arrivalOf(helloMessage(5 * SECOND, 1, 0)),
    clock.arrivalOf(frames(9 * SECOND)),
    clock.arrivalOf(helloMessage(1 * SECOND, 2, 0)),
    clock.arrivalOf(frames(3 * SECOND)),
  ];
  assert.deepEqual(
    arrivals.map((time) => Math.round(time / SECOND)),
    [5, 9, 9, 11],
  );
});

test("a node that only greets again keeps its time", () => {
  const clock = new RecordingClock();
  clock.arrivalOf(helloMessage(5 * SECOND, 1, 0));
  clock.arrivalOf(helloMessage(6 * SECOND, 1, 0));
  assert.equal(clock.arrivalOf(frames(7 * SECOND)), 7 * SECOND + BATCH);
});

test("a clock that counts from boot begins where it is told to, Unix time stays", () => {
  const start = micros(1_700_000_000 * SECOND);
  const fromBoot = new RecordingClock(start);
  fromBoot.arrivalOf(helloMessage(5 * SECOND, 1, 0));
  assert.equal(fromBoot.arrivalOf(frames(6 * SECOND)), start + SECOND + BATCH);
  const unix = new RecordingClock(start);
  unix.arrivalOf(helloMessage(5 * SECOND));
  assert.equal(unix.arrivalOf(frames(6 * SECOND)), 6 * SECOND + BATCH);
});

test("a recording that begins in the middle is known to be Unix time by its times", () => {
  const clock = new RecordingClock(micros(1_800_000_000 * SECOND));
  assert.equal(clock.arrivalOf(frames(1_700_000_000 * SECOND)), 1_700_000_000 * SECOND + BATCH);
  assert.equal(clock.unix, true);
});

test("a message without a time arrives with the one before it", () => {
  const clock = new RecordingClock();
  clock.arrivalOf(frames(6 * SECOND));
  assert.equal(clock.arrivalOf(log), 6 * SECOND + BATCH);
  assert.equal(clock.arrivalOf(NONE), 6 * SECOND + BATCH);
});
