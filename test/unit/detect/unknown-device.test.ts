import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR } from "../../../hub/base/units.ts";
import { KnownDevices } from "../../../hub/detect/known-devices.ts";
import { createUnknownDevice } from "../../../hub/detect/unknown-device.ts";
import { at } from "../../support/farewells.ts";
import { PlainHouse, testMac } from "../../support/plain-house.ts";

const HOME = testMac(1);
const [STRANGER, PLUG] = [testMac(2), testMac(3)];

/** A home that has learned; `stays` lets devices be there until a second. */
function home() {
  const known = new KnownDevices({ learnFor: HOUR, learningSince: at(0) });
  const detector = createUnknownDevice({ known });
  const house = new PlainHouse();
  house.now = at(4000);
  house.addAccessPoint(HOME, { ssid: "Home" });
  const comes = (mac: ReturnType<typeof testMac>, second: number) => {
    house.now = at(second);
    house.addDevice(mac);
    house.addAssociation(mac, HOME);
  };
  const staysUntil = (second: number) => {
    for (const device of house.devices()) device.lastSeen = at(second);
    return detector.tick(at(second), house).map(({ subject }) => subject);
  };
  return { known, comes, staysUntil };
}

test("while learning goes on anew, a device that joins becomes known and nothing is told", () => {
  const { known, comes, staysUntil } = home();
  known.learnAnew(at(4000));
  comes(PLUG, 4100);
  assert.deepEqual([...staysUntil(4110), ...staysUntil(4700)], []);
  assert.equal(known.has(PLUG), true);
});

test("a stranger that was told of is not learned: a person judges it", () => {
  const { known, comes, staysUntil } = home();
  comes(STRANGER, 4000);
  staysUntil(4010);
  assert.deepEqual(staysUntil(4400), [{ kind: "device", mac: STRANGER }]);
  known.learnAnew(at(4500));
  comes(PLUG, 4500);
  assert.deepEqual(staysUntil(4900), [{ kind: "device", mac: STRANGER }]);
  assert.deepEqual([known.has(STRANGER), known.has(PLUG)], [false, true]);
});

test("a device that has only just come when learning begins becomes known", () => {
  const { known, comes, staysUntil } = home();
  comes(PLUG, 4000);
  staysUntil(4010);
  known.learnAnew(at(4020));
  assert.deepEqual(staysUntil(4400), []);
  assert.equal(known.has(PLUG), true);
});
