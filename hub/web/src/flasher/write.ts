import { ESPLoader, Transport } from "esptool-js";
import { type Build, ImageError, loadImage } from "./manifest.ts";
import { md5 } from "./md5.ts";

/** The boot ROM's rate, and the one that the bridge chips of common boards keep up with. */
const BAUD = { rom: 115_200, writing: 460_800 } as const;

export interface Writing {
  readonly builds: readonly Build[];
  /** Wipe all of the flash first: what another firmware left, and the node's settings. */
  readonly erase: boolean;
  /** What is being done, in words; `part` is 0-1 while it can be told. */
  readonly step: (words: string, part?: number) => void;
}

/** A port as Web Serial gives it. */
export type Port = ConstructorParameters<typeof Transport>[0];

/**
 * Finds out which chip is at a port and writes its image; gives the build that was written. Throws what the board or
 * the port complains of (see plainFailure), and ImageError.
 */
export async function writeBoard(port: Port, { builds, erase, step }: Writing): Promise<Build> {
  const transport = new Transport(port, false);
  const quiet = { clean: () => undefined, writeLine: () => undefined, write: () => undefined };
  const loader = new ESPLoader({
    ...{ transport, terminal: quiet, baudrate: BAUD.writing, romBaudrate: BAUD.rom },
  });
  try {
    step("Asking the board what it is…");
    await loader.main();
    const family = loader.chip.CHIP_NAME;
    const build = builds.find((one) => one.chipFamily === family);
    if (build === undefined) {
      const there = builds.map((one) => one.chipFamily).join(", ");
      throw new ImageError(`This board has the chip ${family}; there are images for ${there} only.`);
    }
    step(`It is an ${family}. Fetching its image…`);
    const image = await loadImage(build);
    step(erase ? "Erasing the board, this takes up to a minute…" : "Writing…");
    await loader.writeFlash({
      fileArray: [{ data: image, address: build.offset }],
      ...{ flashMode: "keep", flashFreq: "keep", flashSize: "keep", eraseAll: erase, compress: true },
      reportProgress: (_, written, total) => step("Writing…", written / total),
      calculateMD5Hash: md5,
    });
    step("Restarting the board…");
    await loader.after("hard_reset");
    return build;
  } finally {
    await transport.disconnect();
  }
}
