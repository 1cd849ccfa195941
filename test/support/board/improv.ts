import type { Start } from "./board.ts";

const MAGIC = "IMPROV";
const TYPE = { state: 1, command: 3, result: 4 } as const;
const COMMAND = { settings: 1, state: 2, information: 3, scan: 4 } as const;
const [READY, PROVISIONED] = [2, 4];

export interface ImprovBoard {
  readonly start: Start;
  /** Networks that it was told, with their passwords. */
  readonly told: [ssid: string, password: string][];
}

/** A board that hears these networks; it joins whatever it is told (improv-wifi.com/serial). */
export function improvBoard(
  networks: readonly (readonly [name: string, rssi: number, secured: boolean])[],
): ImprovBoard {
  const told: [string, string][] = [];
  const start: Start = async (_, say) => {
    const answer = (type: number, data: readonly number[]): void => say(packet(type, data));
    const result = (command: number, texts: readonly string[]): void =>
      answer(TYPE.result, sized([command], texts));
    return {
      write: (octets) => {
        const { command, texts } = commandIn(octets);
        if (command === COMMAND.state) answer(TYPE.state, [READY]);
        if (command === COMMAND.information) result(command, ["Other", "1", "esp32c6", "shelf"]);
        if (command === COMMAND.scan) {
          for (const [name, rssi, secured] of networks)
            result(command, [name, String(rssi), secured ? "YES" : "NO"]);
          result(command, []);
        }
        if (command === COMMAND.settings) {
          told.push([texts[0] ?? "", texts[1] ?? ""]);
          answer(TYPE.state, [PROVISIONED]);
          result(command, [""]);
        }
      },
      stop: async () => undefined,
      flash: () => Buffer.alloc(0),
    };
  };
  return { start, told };
}

function sized(head: readonly number[], texts: readonly string[]): number[] {
  const body = texts.flatMap((text) => [Buffer.byteLength(text), ...Buffer.from(text)]);
  return [...head, body.length, ...body];
}

function packet(type: number, data: readonly number[]): Buffer {
  const plain = [...Buffer.from(MAGIC), 1, type, data.length, ...data];
  const sum = plain.reduce((total, octet) => total + octet, 0) & 0xff;
  return Buffer.from([...plain, sum, 0x0a]);
}

function commandIn(octets: Uint8Array): { command: number | undefined; texts: string[] } {
  const bytes = Buffer.from(octets);
  if (bytes.toString("latin1", 0, 6) !== MAGIC || bytes[7] !== TYPE.command)
    return { command: undefined, texts: [] };
  const texts: string[] = [];
  const end = 11 + (bytes[10] ?? 0);
  for (let at = 11; at < end; at += 1 + (bytes[at] ?? 0)) {
    texts.push(bytes.toString("utf8", at + 1, at + 1 + (bytes[at] ?? 0)));
  }
  return { command: bytes[9], texts };
}
