/** A restart is over by then, and the system has found the board again, ms. */
const BACK_MS = 15_000;
const AGAIN_MS = 300;
/** Images for bridge chips talk at this rate; a chip's own USB ignores it (firmware/PROTOCOL.md, 5). */
const BAUD = 921_600;
/** Espressif's USB vendor number: the chip's own USB, no bridge chip. */
const ESPRESSIF = 0x303a;

/** The port could not be opened (again); the message is the browser's. */
export class PortError extends Error {
  override readonly name = "PortError";
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** The board that a person chose, also after it has left the bus at a restart and come back as a port of its own. */
export class Cable {
  #port: SerialPort;
  /** Ports that were there before: of other boards. */
  readonly #others: readonly SerialPort[];

  private constructor(port: SerialPort, others: readonly SerialPort[]) {
    this.#port = port;
    this.#others = others;
  }

  /** Asks the person for a port; rejects as `requestPort` does where none is chosen. */
  static async choose(): Promise<Cable> {
    const port = await navigator.serial.requestPort();
    const others = (await navigator.serial.getPorts()).filter((one) => one !== port);
    return new Cable(port, others);
  }

  get port(): SerialPort {
    return this.#port;
  }

  /** The cable is in the socket of a bridge chip. False where the port is no USB or does not say. */
  get isBridge(): boolean {
    const { usbVendorId } = this.#port.getInfo();
    return usbVendorId !== undefined && usbVendorId !== ESPRESSIF;
  }

  /** Opens the port as the firmware talks; waits for a board that restarts. Throws PortError. */
  async open(): Promise<SerialPort> {
    const end = performance.now() + BACK_MS;
    for (;;) {
      const failure = await this.#tryAll();
      if (failure === undefined) return this.#port;
      if (performance.now() > end) throw new PortError(failure);
      await pause(AGAIN_MS);
    }
  }

  /** Closes it, also where it is closed or gone already. */
  async close(): Promise<void> {
    if (this.#port.readable !== null) await this.#port.close().catch(() => undefined);
  }

  async #tryAll(): Promise<string | undefined> {
    let failure: string | undefined;
    for (const port of [this.#port, ...(await this.#returned())]) {
      try {
        await port.open({ baudRate: BAUD });
        this.#port = port;
        return undefined;
      } catch (cause) {
        failure ??= cause instanceof Error ? cause.message : String(cause);
      }
    }
    return failure;
  }

  async #returned(): Promise<readonly SerialPort[]> {
    const { usbVendorId, usbProductId } = this.#port.getInfo();
    return (await navigator.serial.getPorts()).filter((one) => {
      const is = one.getInfo();
      const alike = is.usbVendorId === usbVendorId && is.usbProductId === usbProductId;
      return alike && one !== this.#port && !this.#others.includes(one);
    });
  }
}
