import { md5 } from "@noble/hashes/legacy.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { ESPLoader, Transport } from "esptool-js";
import { type Build, buildFor, loadImage } from "./manifest.ts";
import type { Cable } from "./port.ts";

/** The boot ROM's rate, and the one that the bridge chips of common boards keep up with. */
const BAUD = { rom: 115_200, writing: 460_800 } as const;
/** The reset line is held down for so long, ms. */
const RESET_MS = 100;

export interface Writing {
  readonly builds: readonly Build[];
  /** Wipe all of the flash first: what another firmware left, and the node's settings. */
  readonly erase: boolean;
  /** What is being done, in words; `part` is 0-1 while it can be told. */
  readonly step: (words: string, part?: number) => void;
}

/**
 * Finds out which chip is on a cable, checks its image, writes it, has the chip's own MD5 of the flash compared, and
 * starts it; gives the build that was written. Throws what the board or the port complains of (see plainFailure), and
 * ImageError.
 */
export async function writeBoard(cable: Cable, { builds, erase, step }: Writing): Promise<Build> {
  const transport = new Transport(cable.port, false);
  const quiet = { clean: () => undefined, writeLine: () => undefined, write: () => undefined };
  const loader = new ESPLoader({
    ...{ transport, terminal: quiet, baudrate: BAUD.writing, romBaudrate: BAUD.rom },
  });
  try {
    step("Asking the board what it is…");
    await loader.main();
    const family = loader.chip.CHIP_NAME;
    const build = buildFor(builds, family, cable.isBridge);
    step(`It is an ${family}. Fetching and checking its image…`);
    const image = await loadImage(build);
    step(erase ? "Erasing the board, this takes up to a minute…" : "Writing…");
    await loader.writeFlash({
      fileArray: [{ data: image, address: build.offset }],
      ...{ flashMode: "keep", flashFreq: "keep", flashSize: "keep", eraseAll: erase, compress: true },
      reportProgress: (_, written, total) =>
        written < total
          ? step("Writing…", written / total)
          : step("Written. Comparing what is on the board with the image…"),
      calculateMD5Hash: (bytes) => bytesToHex(md5(bytes)),
    });
    step("Restarting the board…");
    return build;
  } finally {
    // Also a board that was not written goes on with what it had.
    await restart(cable);
    await transport.disconnect().catch(() => undefined);
  }
}

/**
 * Resets into the program. By the lines themselves: the library's hard reset only lets go of a line that it expects to
 * be down. Twice, because usbser.sys on Windows passes RTS on when DTR is set.
 */
async function restart({ port }: Cable): Promise<void> {
  for (const requestToSend of [true, false]) {
    try {
      await port.setSignals({ dataTerminalReady: false, requestToSend });
      await port.setSignals({ dataTerminalReady: false });
    } catch {
      // It has left the bus already, as a chip's own USB may: the library's reader needs the pause to notice.
    }
    await new Promise((resolve) => setTimeout(resolve, RESET_MS));
  }
}
