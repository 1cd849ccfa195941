import { ImprovSerialCurrentState } from "improv-wifi-serial-sdk/dist/const.js";
import { ImprovSerial } from "improv-wifi-serial-sdk/dist/serial.js";

/** A board tries for 20 s, and says then that it could not. */
const JOIN_MS = 45_000;
const SCAN_MS = 15_000;
/** One that has just started goes from channel to channel, and hears the networks there one after another. */
const [SCANS, BETWEEN_SCANS_MS] = [4, 2000];
/** A list for people; a board on a fair hears more. */
const MOST_NETWORKS = 40;

/** A network that the board hears. Its name was chosen by a stranger. */
export interface Network {
  readonly name: string;
  /** It wants a password. */
  readonly secured: boolean;
}

/** The board answers with an error, or not any more; the message is a word of the protocol. */
export class WifiError extends Error {
  override readonly name = "WifiError";
}

/** The passwords that are written go through here: nothing is logged. */
const quiet = { log: () => undefined, error: () => undefined, debug: () => undefined };

/** Improv Wi-Fi (improv-wifi.com/serial) with the board at an open port. */
export class BoardWifi {
  readonly #improv: ImprovSerial;
  #closing = false;

  private constructor(improv: ImprovSerial) {
    this.#improv = improv;
  }

  /** Waits until the board answers; throws WifiError where it does not in time. `lost` tells that it is gone. */
  static async meet(port: SerialPort, milliseconds: number, lost: () => void): Promise<BoardWifi> {
    const improv = new ImprovSerial(port, quiet);
    const wifi = new BoardWifi(improv);
    try {
      await improv.initialize(milliseconds);
    } catch (cause) {
      // The library still waits for the state that it asked for, and would complain of it when nobody listens.
      improv.dispatchEvent(new CustomEvent("state-changed"));
      throw new WifiError("no answer", { cause });
    }
    improv.addEventListener("disconnect", () => {
      if (!wifi.#closing) lost();
    });
    return wifi;
  }

  /** What the board calls itself; empty for a new one. */
  get name(): string {
    return this.#improv.info?.name ?? "";
  }

  /** It keeps a network from before. */
  get hasNetwork(): boolean {
    return this.#improv.state === ImprovSerialCurrentState.PROVISIONED;
  }

  /** Networks in its reach, the strongest first; empty where it does not say. */
  async networks(): Promise<readonly Network[]> {
    let listed: readonly Network[] = [];
    for (let scan = 1; ; scan++) {
      const before = listed.length;
      listed = await this.#list();
      if (scan === SCANS || (listed.length > 0 && listed.length === before)) return listed;
      await new Promise((done) => setTimeout(done, BETWEEN_SCANS_MS));
    }
  }

  async #list(): Promise<readonly Network[]> {
    const heard = await this.#improv.scan(SCAN_MS).catch(() => []);
    const named = heard.filter(({ name }) => name !== "").sort((a, b) => b.rssi - a.rssi);
    return [...new Map(named.map((one) => [one.name, one])).values()].slice(0, MOST_NETWORKS);
  }

  /** The board tries the network and keeps it where it was joined; throws WifiError where it was not. */
  async join(ssid: string, password: string): Promise<void> {
    try {
      await this.#improv.provision(ssid, password, JOIN_MS);
    } catch (cause) {
      throw new WifiError(String(cause), { cause });
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#improv.close();
  }
}
