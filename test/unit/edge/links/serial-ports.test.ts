import assert from "node:assert/strict";
import { test } from "node:test";
import { PortChoices } from "../../../../hub/edge/links/serial/choices.ts";
import { mergePorts } from "../../../../hub/edge/links/serial/plugged.ts";

const BOARD = "/dev/serial/by-id/usb-Espressif_USB_JTAG_serial_debug_unit_AA:BB-if00";
const STICK = "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0";

test("every port once, by the name that stays, with what is known of it", () => {
  const stable = [
    { path: BOARD, device: "/dev/ttyACM0" },
    { path: STICK, device: "/dev/ttyUSB0" },
  ];
  const bare = [
    { path: BOARD, device: "/dev/ttyACM0", label: "Espressif USB JTAG serial debug unit AA:BB" },
    { path: STICK, device: "/dev/ttyUSB0", label: "1a86 USB Serial" },
  ];
  assert.deepEqual(mergePorts(stable, []), bare);
  const known = [
    { path: STICK, device: "/dev/ttyUSB0", label: "QinHeng CH340" },
    { path: "/dev/ttyACM0", device: "/dev/ttyACM0", label: "" },
    { path: "/dev/ttyUSB9", device: "/dev/ttyUSB9", label: "no name that stays" },
    { path: "/dev/serial/by-id/usb-pulled_out-if00", device: "/dev/ttyUSB3", label: "gone" },
  ];
  assert.deepEqual(mergePorts(stable, known), [bare[0], { ...bare[1], label: "QinHeng CH340" }, known[2]]);
  assert.deepEqual(mergePorts([], []), []);
});

/** A store of one setting. */
function kept(text?: string) {
  const state = { text };
  const store = {
    setting: () => state.text,
    setSetting: (_: string, value: string) => {
      state.text = value;
    },
  };
  return { state, choices: () => new PortChoices(store) };
}

test("choices outlive the hub, can be taken back, and are bounded", () => {
  const { state, choices } = kept();
  const first = choices();
  assert.equal(first.of(STICK), "auto");
  first.set(STICK, "listen");
  first.set(BOARD, "leave");
  const second = choices();
  assert.deepEqual([second.of(STICK), second.of(BOARD)], ["listen", "leave"]);
  second.set(STICK, "auto");
  assert.equal(choices().of(STICK), "auto");
  for (let i = 0; i < 100; i++) second.set(`/dev/ttyUSB${i}`, "listen");
  assert.deepEqual(
    [choices().of(BOARD), choices().of("/dev/ttyUSB67"), choices().of("/dev/ttyUSB68")],
    ["auto", "auto", "listen"],
  );
  assert.ok((state.text ?? "").length < 2000);
});

test("what was kept and cannot be read is no choice", () => {
  for (const text of [
    "",
    "nonsense",
    "{}",
    "[7, null]",
    '[{"port": 7, "use": "listen"}, {"port": "/x", "use": "y"}]',
  ]) {
    assert.equal(kept(text).choices().of("/x"), "auto", text);
  }
});
