import { BootRom, type BootRomOptions } from "./boot-rom.ts";

const ESPRESSIF = 0x303a;

/** What runs on the board once its flash is started. */
export interface Running {
  write(octets: Uint8Array): void;
  /** Switches it off. */
  stop(): Promise<void>;
  /** What its flash holds once it is off. */
  flash(): Buffer;
}

/** Starts what the flash holds; what it says goes to `say`. */
export type Start = (flash: Buffer, say: (octets: Uint8Array) => void) => Promise<Running>;

export interface BoardOptions extends BootRomOptions {
  readonly start?: Start;
  /** Leaves the bus at a restart and comes back as another port, as native USB may. */
  readonly leaves?: boolean;
  /** As the port tells; an ESP32's own USB otherwise. */
  readonly usb?: { readonly usbVendorId: number; readonly usbProductId: number };
}

/** A board on a cable: boot ROM or program, by what the lines DTR and RTS did last. */
export class Board {
  readonly rom: BootRom;
  readonly usb: { readonly usbVendorId: number; readonly usbProductId: number };
  /** Rates at which its port was opened. */
  readonly bauds: number[] = [];
  starts = 0;
  readonly #options: BoardOptions;
  /** Undefined: the boot ROM has the line, or nothing runs. */
  #running: Running | undefined;
  #inRom = false;
  #download = false;
  #dtr = false;
  #rts = false;
  #waiting: number[] = [];
  #reader: ((octets: number[] | null) => void) | undefined;

  constructor(options: BoardOptions) {
    this.#options = options;
    this.rom = new BootRom(options);
    this.usb = options.usb ?? { usbVendorId: ESPRESSIF, usbProductId: 0x1001 };
  }

  open(baud: number): boolean {
    this.bauds.push(baud);
    this.#waiting = [];
    return true;
  }

  close(): void {
    this.flush();
  }

  read(): Promise<number[] | null> | number[] {
    if (this.#waiting.length > 0) return this.#waiting.splice(0);
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  /** Lets a read that waits go, with nothing. */
  flush(): void {
    this.#reader?.([]);
    this.#reader = undefined;
  }

  write(octets: readonly number[]): void {
    if (this.#inRom) this.#say(this.rom.take(octets));
    else this.#running?.write(Uint8Array.from(octets));
  }

  /** What the lines do to the chip; true where it has left the bus. Null: as it was. */
  async signals(dtr: boolean | null, rts: boolean | null): Promise<boolean> {
    const held = this.#rts && !this.#dtr;
    this.#dtr = dtr ?? this.#dtr;
    this.#rts = rts ?? this.#rts;
    const holds = this.#rts && !this.#dtr;
    if (!this.#rts) this.#download = this.#dtr;
    // The chip's own USB resets at once, into what DTR said before; on a bridge's two transistors RTS is the reset
    // line and DTR the BOOT button, and what counts is how that is when the reset ends.
    const reset = this.usb.usbVendorId === ESPRESSIF ? holds && !held : held && !holds;
    if (!reset) return false;
    await this.#reset();
    return !this.#inRom && this.#options.leaves === true;
  }

  /** Tells whoever reads that it is gone. */
  unplug(): void {
    this.#reader?.(null);
    this.#reader = undefined;
  }

  /** Switches off what runs. */
  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  async #reset(): Promise<void> {
    const before = this.#running;
    await this.stop();
    before?.flash().copy(this.rom.flash);
    this.#inRom = this.#download;
    if (this.#inRom) return;
    this.starts += 1;
    this.#running = await this.#options.start?.(this.rom.flash, (octets) => this.#say([...octets]));
  }

  #say(octets: readonly number[]): void {
    this.#waiting.push(...octets);
    if (this.#waiting.length === 0 || this.#reader === undefined) return;
    this.#reader(this.#waiting.splice(0));
    this.#reader = undefined;
  }
}
