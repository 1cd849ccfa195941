import { realpathSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { SerialPort } from "serialport";
import { systemCode } from "../../failure.ts";
import { type PluggedPort, portLabel } from "../../supervisor/answers.ts";
import { Kept } from "../../supervisor/kept.ts";

/** Stable names of serial ports, made by udev; also inside the Home Assistant app. */
const BY_ID = "/dev/serial/by-id";
/** What has no stable name is looked for this often. */
const LIST_FRESH_MS = 60_000;
const MOST_PORTS = 32;

/** Who knows more of the ports than their names: the Supervisor, or the system. */
export interface PortDetails {
  /** Undefined while nobody has said. */
  readonly ports: readonly PluggedPort[] | undefined;
  /** Something was plugged in or pulled out. */
  portsChanged(): void;
}

/** The system's list of ports, for a hub without a Supervisor. */
export class SystemPorts implements PortDetails {
  readonly #list = new Kept<readonly PluggedPort[]>({
    ask: async () =>
      (await SerialPort.list()).flatMap(({ path, manufacturer, vendorId, pnpId }) =>
        vendorId === undefined && pnpId === undefined
          ? []
          : [{ path, device: path, label: portLabel(manufacturer ?? "", "") }],
      ),
    ...{ fresh: LIST_FRESH_MS, now: () => performance.now(), chance: Math.random },
  });

  get ports(): readonly PluggedPort[] | undefined {
    void this.#list.look();
    return this.#list.value;
  }

  portsChanged(): void {
    this.#list.expire();
  }
}

interface StablePort {
  readonly path: string;
  readonly device: string;
}

/** Looks at what is plugged in, by names that stay where there are such. */
export class Plugged {
  readonly #folder: string;
  readonly #details: PortDetails;
  #before = "";

  constructor(details: PortDetails, folder = BY_ID) {
    this.#details = details;
    this.#folder = folder;
  }

  async look(): Promise<PluggedPort[]> {
    const names = await namesIn(this.#folder);
    const stable = names.map((name) => {
      const path = join(this.#folder, name);
      return { path, device: target(path) };
    });
    const now = stable.map(({ path, device }) => `${path} ${device}`).join();
    if (now !== this.#before) this.#details.portsChanged();
    this.#before = now;
    return mergePorts(stable, this.#details.ports ?? []);
  }
}

/** Every port once: by its stable name, with what is known of it; those without such a name by that of the device. */
export function mergePorts(stable: readonly StablePort[], known: readonly PluggedPort[]): PluggedPort[] {
  const named = stable.map(({ path, device }) => {
    const more = known.find((one) => one.path === path || one.device === device);
    return { path, device, label: more?.label || nameLabel(path) };
  });
  const taken = new Set(named.map((one) => one.device));
  // A stable name that is not there any more belongs to something that was pulled out since.
  const others = known.filter((one) => one.path === one.device && !taken.has(one.device));
  return [...named, ...others].slice(0, MOST_PORTS);
}

/** What a stable name says: `usb-Maker_Model_Number-if00`. */
function nameLabel(path: string): string {
  const words = basename(path)
    .replace(/^usb-/, "")
    .replace(/-(if|port)\d+(-port\d+)?$/, "");
  return portLabel("", words.replaceAll("_", " "));
}

/** The device a path leads to; the path itself where it leads nowhere. */
export function target(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return path;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    // Without any serial port udev makes no folder.
    if (systemCode(error) === undefined) throw error;
    return [];
  }
}
