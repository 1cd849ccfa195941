import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";

/** Commands of the boot ROM and of the loader that it starts (Espressif, "Serial Protocol"). */
const OP = {
  memoryEnd: 0x06,
  sync: 0x08,
  readRegister: 0x0a,
  deflateBegin: 0x10,
  deflateData: 0x11,
  deflateEnd: 0x12,
  md5: 0x13,
  securityInfo: 0x14,
  eraseFlash: 0xd0,
} as const;
const [END, ESCAPE, ESCAPED_END, ESCAPED_ESCAPE] = [0xc0, 0xdb, 0xdc, 0xdd];
/** A place in the ROM whose value tells chips apart, and the values, by chip id (Espressif's esptool). */
const MAGIC_ADDRESS = 0x4000_1000;
const MAGIC: ReadonlyMap<number, number> = new Map([
  [5, 0x6921_506f],
  [9, 0x9],
  [13, 0x2ce0_806f],
]);
const SYNC_ANSWERS = 8;
/** A value that is not 0 tells the ROM from the loader. */
const ROM_VALUE = 0x2107;

export interface BootRomOptions {
  /** As the chip names itself: 5 is a C3, 13 a C6. */
  readonly chipId: number;
  /** What is written does not stay as it was: a flash that is worn out. */
  readonly worn?: boolean;
}

/** The boot ROM of an ESP32 behind a serial line, with its flash. */
export class BootRom {
  readonly flash = Buffer.alloc(4 << 20, 0);
  readonly #options: BootRomOptions;
  #input: number[] = [];
  #deflated: Buffer[] = [];
  #offset = 0;

  constructor(options: BootRomOptions) {
    this.#options = options;
  }

  /** Takes octets from the line, gives what the chip answers. */
  take(bytes: readonly number[]): number[] {
    const answers: number[] = [];
    for (const octet of bytes) {
      if (octet !== END) {
        this.#input.push(octet);
        continue;
      }
      const packet = unescaped(this.#input);
      this.#input = [];
      if (packet.length >= 8 && packet[0] === 0) answers.push(...this.#answer(packet));
    }
    return answers;
  }

  #answer(packet: Buffer): number[] {
    const op = packet[1] ?? 0;
    const body = packet.subarray(8);
    if (op === OP.sync) return Array.from({ length: SYNC_ANSWERS }, () => respond(op, ROM_VALUE)).flat();
    if (op === OP.memoryEnd) return [...respond(op), ...escaped(Buffer.from("OHAI"))];
    if (op === OP.readRegister && body.readUInt32LE(0) === MAGIC_ADDRESS) {
      return respond(op, MAGIC.get(this.#options.chipId) ?? 0);
    }
    return respond(op, 0, this.#perform(op, body));
  }

  #perform(op: number, body: Buffer): Buffer {
    switch (op) {
      case OP.securityInfo: {
        const facts = Buffer.alloc(20);
        facts.writeUInt32LE(this.#options.chipId, 12);
        return facts;
      }
      case OP.eraseFlash:
        this.flash.fill(0xff);
        break;
      case OP.deflateBegin:
        this.#deflated = [];
        this.#offset = body.readUInt32LE(12);
        break;
      case OP.deflateData:
        this.#deflated.push(body.subarray(16));
        break;
      case OP.deflateEnd:
        this.#write(inflateSync(Buffer.concat(this.#deflated)));
        break;
      case OP.md5: {
        const from = body.readUInt32LE(0);
        const read = this.flash.subarray(from, from + body.readUInt32LE(4));
        return createHash("md5").update(read).digest();
      }
    }
    return Buffer.alloc(0);
  }

  #write(image: Buffer): void {
    image.copy(this.flash, this.#offset);
    if (this.#options.worn === true) this.flash[this.#offset] = (this.flash[this.#offset] ?? 0) ^ 1;
  }
}

/** A response: direction, command, length, value, what was asked for, and a status of success. */
function respond(op: number, value = 0, wanted: Buffer = Buffer.alloc(0)): number[] {
  const body = Buffer.concat([wanted, Buffer.alloc(2)]);
  const head = Buffer.from([1, op, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16LE(body.length, 2);
  head.writeUInt32LE(value, 4);
  return escaped(Buffer.concat([head, body]));
}

/** SLIP (RFC 1055). */
function escaped(packet: Buffer): number[] {
  const inside = [...packet].flatMap((octet) => {
    if (octet === END) return [ESCAPE, ESCAPED_END];
    return octet === ESCAPE ? [ESCAPE, ESCAPED_ESCAPE] : [octet];
  });
  return [END, ...inside, END];
}

function unescaped(octets: readonly number[]): Buffer {
  const packet: number[] = [];
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at] ?? 0;
    if (octet !== ESCAPE) packet.push(octet);
    else packet.push(octets[++at] === ESCAPED_END ? END : ESCAPE);
  }
  return Buffer.from(packet);
}
