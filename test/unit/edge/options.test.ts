import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseCommand } from "../../../hub/edge/cli/command.ts";
import { REPLAY, SERVE } from "../../../hub/edge/cli/commands.ts";
import { Failure, UsageFailure } from "../../../hub/edge/failure.ts";
import { appOptions } from "../../../hub/edge/options/app.ts";
import { replayOptions } from "../../../hub/edge/options/replay.ts";
import { type HubOptions, hubOptions } from "../../../hub/edge/options.ts";
import { homeRule } from "../../../hub/track/homes.ts";

type Environment = Record<string, string>;

const serve = (words: string[], environment: Environment = {}, app?: unknown): HubOptions =>
  hubOptions({ args: parseCommand(SERVE, words), environment, app });

const replay = (words: string[], environment: Environment = {}) =>
  replayOptions(parseCommand(REPLAY, words), environment);

test("without a word the hub listens on this machine only", () => {
  const options = serve([], { HOME: "/home/x" });
  assert.deepEqual(options.http, { host: "127.0.0.1", port: 8099 });
  assert.equal(options.udp, undefined);
  assert.equal(options.mqtt, undefined);
  assert.equal(options.dataFolder, "/home/x/.local/share/airwarden");
  assert.equal(options.serialAuto, true);
  assert.equal(options.demo, false);
  assert.equal(options.supervisorToken, undefined);
});

test("the command line wins over the environment, the environment over the app", () => {
  const app = { log_level: "error", serial_ports: ["/dev/a"], homes: ["App"] };
  const environment = { AIRWARDEN_LOG: "warn", AIRWARDEN_SERIAL: "/dev/b, /dev/c", AIRWARDEN_PORT: "1" };
  assert.equal(serve(["--log", "debug"], environment, app).logLevel, "debug");
  assert.equal(serve([], environment, app).logLevel, "warn");
  assert.equal(serve([], {}, app).logLevel, "error");
  assert.deepEqual(serve(["--serial", "/dev/d"], environment, app).serialPaths, ["/dev/d"]);
  assert.deepEqual(serve([], environment, app).serialPaths, ["/dev/b", "/dev/c"]);
  assert.deepEqual(serve([], {}, app).serialPaths, ["/dev/a"]);
  assert.equal(serve([], environment, app).http.port, 1);
});

test("inside the app it listens for the network and keeps its data in /data", () => {
  const options = serve([], { SUPERVISOR_TOKEN: "t", HOME: "/root" }, {});
  assert.deepEqual(options.http, { host: "0.0.0.0", port: 8099 });
  assert.deepEqual(options.udp, { host: "0.0.0.0", port: 4729 });
  assert.equal(options.dataFolder, "/data");
  assert.equal(options.supervisorToken, "t");
});

test("the app's broker is read, an empty one is none", () => {
  const mqtt = { url: "mqtt://broker", username: "u", password: "p%", discovery_prefix: "ha" };
  assert.deepEqual(serve([], {}, { mqtt }).mqtt, { url: "mqtt://broker", username: "u", password: "p%" });
  assert.equal(serve([], {}, { mqtt }).discoveryPrefix, "ha");
  assert.equal(serve([], {}, { mqtt: { url: "" } }).mqtt, undefined);
  assert.equal(serve([], {}, { mqtt: null, serial_ports: null, homes: "x" }).mqtt, undefined);
  assert.equal(serve([]).discoveryPrefix, "homeassistant");
});

test("a broker's credentials are decoded and leave the address", () => {
  const { mqtt } = serve(["--mqtt", "mqtts://us%20er:p%40ss@host:8883"]);
  assert.equal(mqtt?.url, "mqtts://host:8883");
  assert.equal(mqtt?.username, "us er");
  assert.equal(mqtt?.password, "p@ss");
});

test("a demo or a capture keeps nothing and touches no serial port unless told to", () => {
  for (const words of [["--demo"], ["--capture", "a.pcap"]]) {
    const options = serve(words, { HOME: "/home/x" });
    assert.equal(options.dataFolder, undefined);
    assert.equal(options.serialAuto, false);
  }
  assert.equal(serve(["--demo", "--data", "d"]).dataFolder, "d");
  assert.equal(serve(["--demo", "--serial", "auto"]).serialAuto, true);
  assert.equal(serve(["--capture", "a", "--speed", "max"]).speed, Number.POSITIVE_INFINITY);
  assert.equal(serve(["--capture", "a"]).speed, 1);
});

test("files after --capture are played too", () => {
  assert.deepEqual(serve(["--capture", "a", "b", "c"]).captures, ["a", "b", "c"]);
  assert.throws(() => serve(["a"]), /to play "a" write --capture a/);
});

test("networks are names or addresses", () => {
  const { homes } = serve(["--home", "My Net", "--home", "AA-BB-CC-00-11-22"]);
  assert.deepEqual(homes, [homeRule("My Net"), { bssid: 0xaabbcc001122 }]);
  assert.equal(serve([], { AIRWARDEN_HOME: "a,b\nc" }).homes.length, 2);
});

test("serial none is alone", () => {
  assert.deepEqual(serve(["--serial", "none"]).serialPaths, []);
  assert.equal(serve(["--serial", "none"]).serialAuto, false);
  assert.throws(() => serve(["--serial", "none", "--serial", "/dev/x"]), /excludes every other port/);
  const both = serve(["--serial", "auto", "--serial", "/dev/x"]);
  assert.equal(both.serialAuto, true);
  assert.deepEqual(both.serialPaths, ["/dev/x"]);
});

const refusals: readonly [string[], RegExp][] = [
  [["--port", "http"], /--port: "http" is not a port; write a number from 1 to 65535/],
  [["--port", "65536"], /is not a port/],
  [["--port", "-1"], /needs a value/],
  [["--udp", "47.2"], /--udp: "47.2" is not a port/],
  [["--host", "0.0.0.0:80"], /--host.*the port with --port/],
  [["--host", "http://x"], /is not an address/],
  [["--mqtt", "broker"], /is not a broker; write mqtt:\/\/host:1883/],
  [["--mqtt", "http://broker"], /is not a broker/],
  [["--mqtt", "mqtt://u:%ff@broker"], /is not a broker/],
  [["--home", "x".repeat(33)], /is not a network name \(1 to 32 octets\)/],
  [["--home", ""], /is not a network name/],
  [["--log", "loud"], /write one of error, warn, info, debug/],
  [["--speed", "0"], /is not a speed/],
  [["--speed", ""], /is not a speed/],
  [["--data", ""], /is no folder/],
  [["--demo", "--capture", "x"], /exclude each other/],
];

for (const [words, message] of refusals) {
  test(`wrong usage is refused: ${words.join(" ").slice(0, 40)}`, () => {
    assert.throws(
      () => serve(words),
      (error: unknown) => error instanceof UsageFailure && message.test(error.message),
    );
  });
}

test("a refused broker address never shows its password", () => {
  assert.throws(
    () => serve(["--mqtt", "http://user:secret@host"]),
    (error: Error) => !error.message.includes("secret") && error.message.includes("user"),
  );
});

test("a mistake outside the command line is a failure that names the place", () => {
  const failure = (run: () => unknown, message: RegExp) =>
    assert.throws(run, (error: unknown) => error instanceof Failure && message.test(error.message));
  failure(() => serve([], { AIRWARDEN_PORT: "x" }), /^AIRWARDEN_PORT: "x"/);
  failure(() => serve([], {}, { retention_days: 0 }), /^the app's option retention_days: "0"/);
  failure(() => serve([], {}, { mqtt: { url: "x" } }), /^the app's option mqtt.url/);
});

test("the app's options are read only inside the app, and a broken file says so", () => {
  const folder = mkdtempSync(join(tmpdir(), "airwarden-options-"));
  try {
    const path = join(folder, "app.json");
    assert.equal(appOptions({}, path), undefined);
    assert.deepEqual(appOptions({ SUPERVISOR_TOKEN: "t" }, path), {});
    writeFileSync(path, '{"homes":["x"]}');
    assert.deepEqual(appOptions({ SUPERVISOR_TOKEN: "t" }, path), { homes: ["x"] });
    writeFileSync(path, "{");
    assert.throws(() => appOptions({ SUPERVISOR_TOKEN: "t" }, path), /save the app's configuration again/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a replay has files, with or without the node that took them", () => {
  const { files, format, logLevel } = replay(["a.pcap", "--node", "attic=x=y.pcap"]);
  assert.deepEqual(files, [
    { node: undefined, path: "a.pcap" },
    { node: "attic", path: "x=y.pcap" },
  ]);
  assert.equal(format, "json");
  assert.equal(logLevel, "warn");
});

test("a replay's environment sets the log level and nothing else", () => {
  const options = replay(["a"], { AIRWARDEN_LOG: "debug", AIRWARDEN_HOME: "x", AIRWARDEN_DATA: "d" });
  assert.equal(options.logLevel, "debug");
  assert.deepEqual(options.homes, []);
  assert.equal(options.stateFolder, undefined);
});

test("a replay refuses what contradicts itself", () => {
  const refused = (words: string[], message: RegExp) =>
    assert.throws(
      () => replay(words),
      (error: unknown) => error instanceof UsageFailure && message.test(error.message),
    );
  refused([], /needs a FILE/);
  refused(["a", "--json", "--table"], /choose one of --json and --table/);
  refused(["a", "--frames", "--state", "d"], /leave out --state/);
  refused(["--node", "a.pcap"], /is not NAME=FILE/);
  refused(["--node", "=a.pcap"], /is not NAME=FILE/);
  refused(["--node", "a="], /is not NAME=FILE/);
  refused(["a", "--home", ""], /not a network name/);
});

test("Home Assistant's address needs a token from the environment; inside the app both come by themselves", () => {
  const options = (words: string[], environment: Environment, app?: unknown) =>
    serve(words, environment, app).assistant;
  assert.equal(options([], {}), undefined);
  assert.deepEqual(options(["--assistant", "http://ha.local:8123/"], { AIRWARDEN_HA_TOKEN: "t" }), {
    url: "http://ha.local:8123",
    token: "t",
  });
  assert.throws(() => options(["--assistant", "http://ha.local:8123"], {}), /AIRWARDEN_HA_TOKEN/);
  assert.throws(() => options(["--assistant", "ha.local"], { AIRWARDEN_HA_TOKEN: "t" }), /is not an address/);
  assert.deepEqual(options([], { SUPERVISOR_TOKEN: "s" }, {}), { url: "http://supervisor/core", token: "s" });
});
