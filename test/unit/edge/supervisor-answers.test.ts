import assert from "node:assert/strict";
import { test } from "node:test";
import { addressesOf, appOf, interfacesOf, portsOf } from "../../../hub/edge/supervisor/answers.ts";

const app = { slug: "0123abcd_airwarden", version: "0.1.0", version_latest: "0.2.0", update_available: true };

test("the app's own state: versions, and the host's port as the person has set it", () => {
  const known = { slug: app.slug, version: "0.1.0", latest: "0.2.0", updateAvailable: true };
  for (const [network, nodePort] of [
    [{ "4729/udp": 4729 }, 4729],
    [{ "4729/udp": 14_729 }, 14_729],
    [{ "4729/udp": null }, undefined],
    [{ "4729/tcp": 4729 }, undefined],
    [{ "4729/udp": "4729" }, undefined],
    [{ "4729/udp": 65_536 }, undefined],
    [null, undefined],
  ] as const) {
    assert.deepEqual(appOf({ ...app, network }, 4729), { ...known, nodePort }, JSON.stringify(network));
  }
  assert.deepEqual(appOf({ slug: "x" }, 4729), {
    ...{ slug: "x", version: undefined, latest: undefined, updateAvailable: false, nodePort: undefined },
  });
  for (const nothing of [undefined, null, [], "text", {}, { slug: "a/b" }, { slug: 7 }]) {
    assert.equal(appOf(nothing, 4729), undefined, JSON.stringify(nothing));
  }
});

test("addresses for nodes: the primary interface first, no mask, only what another machine can reach", () => {
  const up = (primary: boolean, ...address: string[]) => ({
    ...{ enabled: true, connected: true, primary, ipv4: { address } },
  });
  for (const [interfaces, expected] of [
    [
      [up(false, "10.0.0.2/8"), up(true, "192.0.2.5/24")],
      ["192.0.2.5", "10.0.0.2"],
    ],
    [[up(true, "192.0.2.5/24", "192.0.2.6/24", "192.0.2.5/24")], ["192.0.2.5", "192.0.2.6"]],
    [[{ ...up(true, "192.0.2.5/24"), enabled: false }, up(false, "10.0.0.2/8")], ["10.0.0.2"]],
    [[{ ...up(true, "192.0.2.5/24"), connected: false }], []],
    [[{ enabled: true, primary: true, ipv4: { ip_address: "192.0.2.7/24" } }], ["192.0.2.7"]],
    [[up(true, "169.254.3.4/16", "127.0.0.1/8", "0.0.0.0/0", "fe80::1/64", "nonsense")], []],
    [[{ enabled: true, primary: true, ipv4: null }, null, "text", 7], []],
    ["nonsense", []],
  ] as const) {
    assert.deepEqual(addressesOf({ interfaces }), expected, JSON.stringify(interfaces));
  }
  assert.deepEqual(addressesOf(undefined), []);
  const many = Array.from({ length: 40 }, (_, i) => up(false, `192.0.2.${i + 1}/24`));
  assert.equal(addressesOf({ interfaces: many }).length, 8);
});

const device = (name: string, byId: string | null, attributes: Record<string, string> = {}) => ({
  ...{ name, dev_path: `/dev/${name}`, subsystem: "tty", by_id: byId, attributes },
});

test("serial ports: those that can be plugged in, by the name that stays, as they call themselves", () => {
  const board = "/dev/serial/by-id/usb-Espressif_USB_JTAG_serial_debug_unit_AA:BB:CC:DD:EE:FF-if00";
  const stick = "/dev/serial/by-id/usb-dresden_elektronik_ingenieurtechnik_GmbH_ConBee_II_DE1-if00";
  const said = {
    ID_VENDOR: "Espressif",
    ID_MODEL: "USB_JTAG_serial_debug_unit",
    ID_VENDOR_ID: "303a",
  };
  const devices = [
    device("ttyACM0", board, said),
    device("ttyACM1", stick, {
      ID_VENDOR: "dresden_elektronik",
      ID_VENDOR_FROM_DATABASE: "dresden elektronik",
      ID_MODEL: "ConBee_II",
    }),
    device("ttyUSB0", null),
    device("ttyS0", null),
    device("ttyAMA0", null),
    { ...device("sda", null), subsystem: "block" },
    device("ttyUSB1", "/dev/serial/by-id/../../mem"),
    { subsystem: "tty" },
    null,
  ];
  assert.deepEqual(portsOf({ devices }), [
    { path: board, device: "/dev/ttyACM0", label: "Espressif USB JTAG serial debug unit" },
    { path: stick, device: "/dev/ttyACM1", label: "dresden elektronik ConBee II" },
    { path: "/dev/ttyUSB0", device: "/dev/ttyUSB0", label: "" },
    { path: "/dev/ttyUSB1", device: "/dev/ttyUSB1", label: "" },
  ]);
  assert.deepEqual(portsOf({ devices: {} }), []);
  const many = Array.from({ length: 100 }, (_, i) => device(`ttyUSB${i}`, null));
  assert.equal(portsOf({ devices: many }).length, 32);
  const [long] = portsOf({ devices: [device("ttyUSB0", null, { ID_MODEL: "‮evil\n".repeat(40) })] });
  assert.ok((long?.label.length ?? 99) <= 60 && !/[\n‮]/.test(long?.label ?? "\n"));
});

test("the host's own interfaces are those with an address of their own", () => {
  const interfaces = [{ mac: "02:00:00:00:00:55" }, { mac: "nothing" }, {}, { mac: 7 }, "x"];
  assert.deepEqual(interfacesOf({ interfaces }), [0x02_00_00_00_00_55]);
  assert.deepEqual(interfacesOf(undefined), []);
});
