import assert from "node:assert/strict";
import { before, type TestContext, test } from "node:test";
import { parseCommand } from "../../hub/edge/cli/command.ts";
import { SERVE } from "../../hub/edge/cli/commands.ts";
import { createLog } from "../../hub/edge/log.ts";
import { hubOptions } from "../../hub/edge/options.ts";
import { startHub } from "../../hub/open.ts";
import { PROTOCOL, RESULT } from "../../hub/wire/kinds.ts";
import { virtualProgram } from "../support/board/virtual.ts";
import {
  commanded,
  type Home,
  heard,
  homeOf,
  MAC,
  NODE,
  type Paged,
  shown,
} from "../support/board/virtual-home.ts";
import { findCargo } from "../support/prepare.ts";
import { LATER_KIND, smallHub } from "../support/small-hub.ts";
import { until } from "../support/wait.ts";

const skip = findCargo() === undefined ? "no Rust toolchain: the virtual node" : false;

let program = "";
before(() => {
  program = virtualProgram() ?? "";
});

const update = (hub: Paged): Promise<string | undefined> =>
  commanded(hub, { command: "update_node", node: NODE });

test("a node of the next version is provisioned, heard and updated by this hub, and one of the version before too", {
  skip,
}, async (t) => {
  for (const protocol of [PROTOCOL + 1, PROTOCOL - 1]) {
    const words = ["--protocol", String(protocol)];
    const home = await homeOf(t, program, words);
    home.publish("0.2.0");
    const hub = await home.hub();
    const node = home.power("--speed", "30", "--rate", "50", ...words);
    const first = await shown(hub, "its frames are there", heard);
    assert.deepEqual(
      [first.name, first.problem, first.channel, first.firmware],
      ["kitchen", null, 6, "0.1.0"],
    );
    assert.equal(await update(hub), undefined);
    const updated = await shown(hub, "it is updated", (one) => one.update.phase === "done");
    assert.equal(updated.firmware, "0.2.0");
    const later = await shown(hub, "it goes on", (one) => one.frames > updated.frames + 50);
    assert.deepEqual([later.damaged, later.lostMessages, later.problem], [0, 0, null]);
    assert.notEqual(later.temperature, null, "heartbeats are read");
    await node.pull();
    assert.equal((await hub.end()).code, 0);
  }
});

test("this node is heard, configured and updated by a hub of the next version", { skip }, async (t) => {
  const home = await homeOf(t, program);
  home.publish("0.2.0");
  const { data, firmware, port } = home;
  const hub = await smallHub(t, { data, firmware, port, later: true });
  home.power("--speed", "30", "--rate", "50");
  const record = await until("its frames are there", () => {
    const found = hub.node(MAC);
    return found !== undefined && found.frames > 50 && found;
  });
  assert.deepEqual([record.name, record.understood, record.damaged], ["kitchen", true, 0]);
  await until("its clock is known", () => hub.pipeline.clockOf(record.index).source !== "none");

  const refused = await hub.askRaw(record.index, LATER_KIND, { later: [1, 2] });
  assert.equal(refused.code, RESULT.unknownCommand);

  const before = record.boots;
  const kept = await hub.ask(record.index, { kind: "configure", settings: { name: "attic" } });
  assert.equal(kept.code, RESULT.done);
  await until("it has started again", () => record.boots > before && record.name === "attic");

  assert.equal(hub.update(record.index), undefined);
  await until("it is updated", () => hub.log().includes("updated to 0.2.0"), 60_000);
  assert.equal(record.hello?.firmware, "0.2.0");
  const { frames } = record;
  await until("it goes on", () => record.frames > frames + 50);
  assert.equal(hub.pipeline.counters.damaged, 0);
});

/** A hub of another version, with its page. */
async function hubOf(t: TestContext, home: Home, protocol: number): Promise<Paged> {
  const words = ["--port", "0", "--serial", "none", "--udp", String(home.port), "--data", home.data];
  const environment = { AIRWARDEN_FIRMWARE: home.firmware };
  const options = hubOptions({ args: parseCommand(SERVE, words), environment, app: undefined });
  const lines: string[] = [];
  const log = createLog({ level: "info", write: (l) => lines.push(l), now: () => 0, prefix: () => "" });
  const hub = await startHub({ options, log, protocol });
  t.after(() => hub.stop());
  return { url: hub.url, stderr: () => lines.join("\n") };
}

test("two versions apart a node is told of, not heard, and can be updated: then it is heard", {
  skip,
}, async (t) => {
  const behind = {
    hub: PROTOCOL + 2,
    words: ["--protocol", `${PROTOCOL + 2}:0.2.0`],
    problem: /needs an update/,
  };
  const ahead = {
    hub: PROTOCOL,
    words: ["--protocol", `${PROTOCOL + 2}:0.1.0`],
    problem: /newer than this hub: update Airwarden/,
  };
  for (const { hub: protocol, words, problem } of [behind, ahead]) {
    const home = await homeOf(t, program, words);
    home.publish("0.2.0");
    const hub = await hubOf(t, home, protocol);
    const node = home.power("--speed", "30", "--rate", "50", ...words);
    const known = await shown(hub, "it is there", (one) => one.connected && one.problem !== null);
    assert.match(known.problem ?? "", problem);
    assert.deepEqual([known.name, known.firmware, known.frames, known.damaged], ["kitchen", "0.1.0", 0, 0]);

    assert.equal(await update(hub), undefined);
    const updated = await shown(hub, "it is updated", (one) => one.update.phase === "done");
    assert.deepEqual([updated.firmware, updated.problem], ["0.2.0", null]);
    await shown(hub, "it is heard from then on", heard);
    await node.pull();
  }
});
