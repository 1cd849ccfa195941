import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR, mac, megahertz, micros, nodeIndex, SECOND } from "../../../../hub/base/units.ts";
import { Plans } from "../../../../hub/edge/care/plans.ts";
import { NodeRecord } from "../../../../hub/intake/node.ts";
import type { AccessPoint } from "../../../../hub/track/model.ts";
import type { HubCommand } from "../../../../hub/wire/commands.ts";
import { CAPABILITY, RESULT } from "../../../../hub/wire/kinds.ts";

const NOW = micros(1_790_000_000 * SECOND);

interface Heard {
  readonly frequency: number;
  readonly home?: boolean;
  readonly ago?: number;
}

/** A hub with one board, and what it is told: `frequency x weight` of what is above weight 1, and how many in all. */
function desk(capabilities: number, chip = "esp32c5") {
  const record = new NodeRecord(nodeIndex(0), "/dev/ttyACM0", NOW);
  const greet = (bootId: number): unknown =>
    record.greet({
      ...{ protocol: 1, firmware: "1.0.0", chip, mac: mac(0x0200_0000_0001), bootId },
      ...{ resetReason: 1, capabilities, name: "hall" },
    });
  greet(7);
  const air: Heard[] = [];
  const told: string[] = [];
  const commands: HubCommand[] = [];
  const plans = new Plans({
    nodes: () => [record],
    accessPoints: () =>
      air.map(
        ({ frequency, home = true, ago = 0 }): AccessPoint => ({
          ...{ bssid: mac(1), vendor: undefined, ssid: undefined, frequency: megahertz(frequency) },
          ...{ beaconInterval: 100, stations: undefined, utilisation: undefined, home, beacons: 1 },
          ...{ firstSeen: NOW, lastSeen: micros(NOW - ago), signals: [] },
          security: {
            kind: "wpa2",
            enterprise: false,
            pmf: "no",
            wps: false,
          } as unknown as AccessPoint["security"],
        }),
      ),
    isOpen: () => true,
    command: (_, command) => {
      assert.ok(command.kind === "plan");
      const loud = command.entries.filter(({ weight }) => weight > 1);
      told.push(
        `${loud.map((one) => `${one.frequency}x${one.weight}`).join(" ")} of ${command.entries.length}`,
      );
      return commands.push(command);
    },
    now: () => NOW,
  });
  const tick = (...heard: Heard[]): string[] => {
    air.splice(0, air.length, ...heard);
    plans.tick();
    return told.splice(0);
  };
  const answer = (code: number): string[] => {
    plans.hear(record.index, { kind: "result", command: commands.length, code, text: "" });
    return told.splice(0);
  };
  return { record, greet, tick, answer };
}

test("a board listens three quarters of the time where the home is, as far as it hears that", () => {
  const { tick } = desk(CAPABILITY.canHop);
  assert.deepEqual(tick(), [], "without a home the choice is its own");
  assert.deepEqual(tick({ frequency: 2412, home: false }), []);
  const home = [{ frequency: 2437 }, { frequency: 5180 }, { frequency: 2412, home: false }];
  assert.deepEqual(tick(...home), ["2437x36 of 13"]);
  assert.deepEqual(tick(...home), [], "once");
  assert.deepEqual(tick({ frequency: 2412 }, { frequency: 2462 }), ["2412x17 2462x17 of 13"]);
  assert.deepEqual(tick({ frequency: 2412, ago: 2 * HOUR }), [" of 0"], "the home is heard no more");
  const both = desk(CAPABILITY.canHop | CAPABILITY.fiveGigahertz);
  assert.deepEqual(both.tick(...home), ["2437x54 5180x54 of 38"]);
});

test("a board that has started anew is told again, one that cannot hop and a computer never", () => {
  const { tick, greet } = desk(CAPABILITY.canHop);
  const home = { frequency: 2437 };
  assert.equal(tick(home).length, 1);
  greet(8);
  assert.equal(tick(home).length, 1);
  assert.deepEqual(desk(0).tick(home), []);
  assert.deepEqual(desk(CAPABILITY.canHop, "linux").tick(home), []);
  const foreign = desk(CAPABILITY.canHop);
  foreign.record.understood = false;
  assert.deepEqual(foreign.tick(home), []);
  const aside = desk(CAPABILITY.canHop);
  aside.record.aside = true;
  assert.deepEqual(aside.tick(home), []);
});

test("a board that refuses a channel of the plan is given those of the home alone, once", () => {
  const { tick, answer } = desk(CAPABILITY.canHop);
  const home = { frequency: 2437 };
  assert.equal(tick(home).length, 1);
  assert.deepEqual(answer(RESULT.notNow), [" of 1"]);
  assert.deepEqual(answer(RESULT.notNow), []);
  assert.deepEqual(tick(home), []);
  assert.deepEqual(tick({ frequency: 2462 }), ["2462x36 of 13"]);
  assert.deepEqual(answer(RESULT.done), []);
});
