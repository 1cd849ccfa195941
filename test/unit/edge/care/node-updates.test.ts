import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { type Micros, mac, micros, nodeIndex, SECOND } from "../../../../hub/base/units.ts";
import { type Firmware, Release } from "../../../../hub/edge/care/firmware/release.ts";
import { Transfer } from "../../../../hub/edge/care/firmware/transfer.ts";
import { NodeUpdates } from "../../../../hub/edge/care/firmware/updates.ts";
import { Siblings } from "../../../../hub/edge/care/siblings.ts";
import { Failure } from "../../../../hub/edge/failure.ts";
import { createLog } from "../../../../hub/edge/log.ts";
import { type NodeHello, NodeRecord } from "../../../../hub/intake/node.ts";
import type { HubCommand } from "../../../../hub/wire/commands.ts";
import { RESULT } from "../../../../hub/wire/kinds.ts";
import { folderFor } from "../../../support/program.ts";

const image = Uint8Array.from({ length: 10_000 }, (_, i) => i % 251);
const firmware: Firmware = {
  version: "0.2.0",
  image,
  sha256: createHash("sha256").update(image).digest(),
  signature: new Uint8Array(64),
};
const hello = (changes: Partial<NodeHello> = {}): NodeHello => ({
  ...{ protocol: 1, firmware: "0.1.0", chip: "esp32c3", mac: mac(0x02_00_00_00_00_01), bootId: 7 },
  ...{ resetReason: 1, capabilities: 0x08, name: "kitchen" },
  ...changes,
});
const beat = (uptime: number) => ({
  ...{ uptime, received: 0, drops: { ring: 0, link: 0, thinned: 0, sibling: 0 }, ringHighWater: 0 },
  ...{ heapLowWater: 0, temperature: undefined, rssi: undefined, degradeStep: 0, safeMode: false },
});

/** Takes an image as firmware/core/src/life/update.rs does. */
class FakeNode {
  taken: number[] | undefined;
  firmware = "0.1.0";
  bootId = 7;
  whole = false;

  obey(command: HubCommand): { code: number; text: string } {
    const done = { code: RESULT.done, text: `expected ${this.taken?.length ?? 0}` };
    if (command.kind === "update_begin") {
      this.taken ??= [];
      return { code: RESULT.done, text: `expected ${this.taken.length}` };
    }
    if (this.taken === undefined) return { code: RESULT.notNow, text: "no update has begun" };
    if (command.kind === "update_chunk") {
      if (command.offset > this.taken.length) return { ...done, code: RESULT.notNow };
      this.taken.push(...command.bytes.subarray(this.taken.length - command.offset));
      return { code: RESULT.done, text: `expected ${this.taken.length}` };
    }
    if (this.taken.length < image.length) return { ...done, code: RESULT.notNow };
    assert.deepEqual(Uint8Array.from(this.taken), image);
    this.taken = undefined;
    this.whole = true;
    return { code: RESULT.done, text: "restarts" };
  }

  restart(): void {
    this.bootId += 1;
    this.taken = undefined;
    if (this.whole) this.firmware = "0.2.0";
  }
}

/** A transfer to a node over a link that loses what `loses` says; gives the seconds that it took. */
function transferred(node: FakeNode, chance: { loses: () => boolean; cuts: () => boolean }) {
  let now = micros(0);
  let sequence = 0;
  const sent: { sequence: number; command: HubCommand }[] = [];
  const send = (command: HubCommand): number => {
    sent.push({ sequence, command });
    return sequence++;
  };
  const transfer = new Transfer(firmware, node.bootId, { send, now });
  for (let second = 0; !transfer.over && second < 3000; second++) {
    for (let next = sent.shift(); next !== undefined; next = sent.shift()) {
      if (chance.loses()) continue;
      if (chance.cuts()) node.restart();
      const answer = node.obey(next.command);
      if (!chance.loses()) transfer.hear({ kind: "result", command: next.sequence, ...answer }, now);
    }
    if (node.whole && node.firmware === "0.1.0") node.restart();
    now = micros(now + SECOND);
    transfer.look(hello({ bootId: node.bootId, firmware: node.firmware }), beat(second), now);
  }
  return transfer;
}

test("an image arrives whole over a link that loses messages and at a node whose power is cut", () => {
  const dice = fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 400, maxLength: 400 });
  fc.assert(
    fc.property(
      dice,
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 2 }),
      (rolls, loss, most) => {
        let at = 0;
        let cuts = 0;
        const roll = (): number => rolls[at++ % rolls.length] ?? 0;
        const node = new FakeNode();
        const transfer = transferred(node, {
          loses: () => roll() < loss,
          cuts: () => roll() < 10 && cuts < most && ++cuts > 0,
        });
        assert.equal(`${transfer.phase} ${transfer.problem ?? ""}`, "done ");
        assert.equal(node.firmware, "0.2.0");
      },
    ),
    { numRuns: 60 },
  );
});

test("a refusal, a silent node, and firmware that does not last are told", () => {
  const begun = () => {
    const send = () => 0;
    return new Transfer(firmware, 7, { send, now: micros(0) });
  };
  const refused = begun();
  const text = "the signature does not match";
  refused.hear({ kind: "result", command: 9, code: RESULT.verificationFailed, text }, micros(0));
  assert.equal(refused.phase, "sending", "the result of another command");
  refused.hear({ kind: "result", command: 0, code: RESULT.verificationFailed, text }, micros(0));
  assert.match(refused.problem ?? "", /refuses the image: the signature does not match/);

  const silent = begun();
  for (let second = 1; second < 400; second++) silent.look(hello(), beat(1), micros(second * SECOND));
  assert.match(silent.problem ?? "", /does not answer/);

  const anew = begun();
  for (let i = 0; i < 6; i++) {
    anew.hear({ kind: "result", command: 0, code: RESULT.done, text: "expected 0" }, micros(0));
    anew.hear({ kind: "result", command: 0, code: RESULT.notNow, text: "no update has begun" }, micros(0));
  }
  assert.match(anew.problem ?? "", /again and again/);

  const ended = () => {
    const transfer = begun();
    transfer.hear(
      { kind: "result", command: 0, code: RESULT.done, text: `expected ${image.length}` },
      micros(0),
    );
    transfer.hear({ kind: "result", command: 0, code: RESULT.done, text: "restarts" }, micros(0));
    assert.equal(transfer.phase, "starting");
    return transfer;
  };
  const old = ended();
  old.look(hello({ bootId: 8 }), undefined, micros(SECOND));
  assert.match(old.problem ?? "", /old firmware/);

  const fell = ended();
  fell.look(hello({ bootId: 8, firmware: "0.2.0" }), beat(59), micros(SECOND));
  fell.look(hello({ bootId: 9, firmware: "0.2.0" }), beat(59), micros(2 * SECOND));
  assert.equal(fell.phase, "trial");
  fell.look(hello({ bootId: 10 }), undefined, micros(3 * SECOND));
  assert.match(fell.problem ?? "", /did not last/);

  const gone = ended();
  gone.look(hello(), undefined, micros(181 * SECOND));
  assert.match(gone.problem ?? "", /did not come back/);
});

test("an update begins only where it can, and one at a time", () => {
  const record = new NodeRecord(nodeIndex(0), "udp:02:00:00:00:00:01", micros(0));
  const lines: string[] = [];
  let open = true;
  let trouble = "";
  const updates = new NodeUpdates({
    release: {
      versionFor: () => "0.2.0",
      load: () => {
        if (trouble !== "") throw new Failure(trouble);
        return firmware;
      },
    },
    node: () => record,
    isOpen: () => open,
    command: () => 0,
    now: (): Micros => micros(0),
    log: createLog({ level: "debug", write: (l) => lines.push(l), now: () => 0, prefix: () => "" }),
  });
  assert.match(updates.start(record.index) ?? "", /not connected/);
  record.hello = hello({ capabilities: 0 });
  assert.match(updates.start(record.index) ?? "", /takes no updates/);
  assert.equal(updates.view(record).latest, null);
  record.hello = hello({ firmware: "0.2.0" });
  assert.match(updates.start(record.index) ?? "", /already/);
  record.hello = hello();
  open = false;
  assert.match(updates.start(record.index) ?? "", /not connected/);
  open = true;
  trouble = "there is no firmware for esp32c3";
  assert.equal(updates.start(record.index), trouble);
  trouble = "";
  assert.equal(updates.start(record.index), undefined);
  assert.match(updates.start(record.index) ?? "", /being updated already/);
  assert.deepEqual(updates.view(record), { latest: "0.2.0", phase: "sending", percent: 0, problem: null });
  updates.hear(record.index, { kind: "result", command: 0, code: RESULT.done, text: "expected 5000" });
  assert.equal(updates.view(record).percent, 50);
  const refusal = { command: 0, code: RESULT.storageFailed, text: "the flash refused" };
  updates.hear(record.index, { kind: "result", ...refusal });
  assert.equal(updates.view(record).phase, "failed");
  assert.match(lines.at(-1) ?? "", /not updated to 0.2.0: the node's flash does not keep/);
  assert.equal(updates.start(record.index), undefined, "again");
});

test("a release is read, and what is wrong with it is said", (t) => {
  const folder = folderFor(t);
  const sha256 = Buffer.from(firmware.sha256).toString("hex");
  const signature = "00".repeat(64);
  const build = (app: object) => ({ chip: "esp32c3", version: "0.2.0", app });
  const write = (manifest: string, app: Uint8Array = image): void => {
    mkdirSync(join(folder, "esp32c3"), { recursive: true });
    writeFileSync(join(folder, "manifest.json"), manifest);
    writeFileSync(join(folder, "esp32c3/app.bin"), app);
  };
  assert.throws(() => new Release(join(folder, "none")).load("esp32c3"), /no firmware came/);
  const path = "esp32c3/app.bin";
  write(JSON.stringify({ builds: [build({ path, sha256, signature }), build({ path: "../x", sha256 }), 7] }));
  const release = new Release(folder);
  assert.equal(release.versionFor("esp32c3"), "0.2.0");
  assert.equal(release.versionFor("esp32c6"), undefined);
  assert.deepEqual(Uint8Array.from(release.load("esp32c3").image), image);
  assert.throws(() => release.load("esp32c6"), /no firmware for esp32c6/);
  write(JSON.stringify({ builds: [build({ path, sha256 })] }));
  assert.throws(() => release.load("esp32c3"), /not signed/);
  assert.equal(release.versionFor("esp32c3"), undefined);
  write(JSON.stringify({ builds: [build({ path, sha256, signature })] }), image.subarray(1));
  assert.throws(() => release.load("esp32c3"), /not the file/);
  for (const broken of ["{", "[]", "null", '{"builds":{}}']) {
    write(broken);
    assert.throws(() => release.load("esp32c3"), /no firmware came/);
  }
});

test("nodes are told who else reports over Wi-Fi, once a boot and change", () => {
  const record = (number: number, link: string): NodeRecord => {
    const made = new NodeRecord(nodeIndex(number), link, micros(0));
    made.hello = hello({ mac: mac(number) });
    return made;
  };
  const nodes = [record(1, "udp:1"), record(2, "/dev/ttyUSB0")];
  const told: string[] = [];
  const siblings = new Siblings({
    nodes: () => nodes,
    isOpen: (node) => node !== 3,
    command: (node, command) =>
      told.push(`${node}: ${command.kind === "siblings" ? command.addresses : command.kind}`),
  });
  const tick = (): string[] => {
    siblings.tick();
    return told.splice(0);
  };
  assert.deepEqual(tick(), ["2: 1"]);
  assert.deepEqual(tick(), []);
  nodes.push(record(3, "udp:3"), record(4, "udp:4"), record(4, "/dev/ttyUSB1"));
  assert.deepEqual(tick(), ["1: 4", "2: 1,4", "4: 1"]);
  const [first] = nodes;
  if (first !== undefined) first.hello = hello({ mac: mac(1), bootId: 8 });
  assert.deepEqual(tick(), ["1: 4"]);
});
