import type { ChildProcess } from "node:child_process";
import type { TestContext } from "node:test";
import { type Outcome, outcome, type RunOptions, start } from "./program.ts";
import { until } from "./wait.ts";

export interface Serving {
  readonly child: ChildProcess;
  /** Address of the page. */
  readonly url: string;
  stderr(): string;
  /** The read model, as the page gets it. */
  snapshot(): Promise<Snapshot>;
  end(signal?: NodeJS.Signals): Promise<Outcome>;
}

/** As far as tests look into it. */
export interface Snapshot {
  readonly now: number;
  readonly hub: { readonly frames: number; readonly damaged: number };
  readonly nodes: readonly { readonly name: string; readonly link: string; readonly frames: number }[];
  readonly accessPoints: readonly { readonly bssid: string; readonly ssid: string | null }[];
}

/** Starts `airwarden serve` on any free port and waits for its page. Touches no serial port but those named. */
export async function serving(
  t: TestContext,
  words: readonly string[],
  options?: RunOptions,
): Promise<Serving> {
  const serial = words.includes("--serial") ? [] : ["--serial", "none"];
  const child = start(["serve", "--port", "0", ...serial, ...words], options);
  t.after(() => child.kill("SIGKILL"));
  let stderr = "";
  child.stderr?.on("data", (octets: Buffer) => {
    stderr += octets.toString();
  });
  const ended = outcome(child);
  const address = (): string | undefined => /the page is at (\S+)/.exec(stderr)?.[1];
  await until("the page is there", () => address() !== undefined || child.exitCode !== null);
  const url = address() ?? "";
  return {
    child,
    url,
    stderr: () => stderr,
    snapshot: async () => (await (await fetch(new URL("api/snapshot", url))).json()) as Snapshot,
    end: async (signal = "SIGTERM") => {
      child.kill(signal);
      return await ended;
    },
  };
}
