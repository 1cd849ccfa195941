import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { openSerialPort } from "../../../hub/edge/links/serial/port.ts";
import { until } from "../wait.ts";
import type { Start } from "./board.ts";
import { NETWORK, powered, type VirtualNode } from "./virtual.ts";

/** Where the first slot of programs begins (firmware/esp32/partitions.csv). */
const FIRST_SLOT = 0x1_0000;
/** An ESP32-C3, which the virtual node takes itself for. */
export const CHIP_ID = 5;

/** All that a flasher writes to a board, with a program that the virtual node starts. */
export function mergedImage(program: string, version: string): Buffer {
  const app = execFileSync(program, ["image", version, "20000"]);
  return Buffer.concat([Buffer.alloc(FIRST_SLOT, 0xff), app]);
}

export interface VirtualBoard {
  readonly start: Start;
  /** The node that runs now. */
  node(): VirtualNode;
}

/** Runs what a board's flash holds as the virtual node does, on a pseudo-terminal. */
export function virtualBoard(t: TestContext, program: string, folder: string): VirtualBoard {
  const [flash, tty] = [join(folder, "board-flash"), join(folder, "ttyBOARD")];
  let running: VirtualNode | undefined;
  const words = ["--flash", flash, "--serial", tty, "--network", `${NETWORK.ssid}:${NETWORK.psk}`];
  return {
    start: async (written, say) => {
      writeFileSync(flash, written);
      const node = powered(t, program, words);
      running = node;
      await until("the node has its cable", () => existsSync(tty) || node.child.exitCode !== null);
      const port = await openSerialPort(tty, { bytes: say, lost: () => undefined });
      return {
        write: (octets) => void port.write(octets),
        stop: async () => {
          await port.close();
          await node.pull();
        },
        flash: () => readFileSync(flash),
      };
    },
    node: () => {
      if (running === undefined) throw new Error("nothing runs on the board");
      return running;
    },
  };
}
