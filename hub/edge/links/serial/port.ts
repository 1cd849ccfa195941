import { SerialPort } from "serialport";
import { causeOf, systemCode } from "../../failure.ts";

/** UARTs run at this rate; native USB ignores it (firmware/PROTOCOL.md, 5). */
const BAUD = 921_600;
/** Octets waiting to be sent above which a port takes no more: a second of the link at full rate. */
const MOST_WAITING = 92_160;

export type SerialTrouble = "not_there" | "busy" | "permission" | "not_serial" | "unplugged" | "other";

/** A serial port could not be opened, or was lost. */
export class SerialFailure extends Error {
  override readonly name = "SerialFailure";
  readonly trouble: SerialTrouble;

  constructor(trouble: SerialTrouble, message: string, cause: unknown) {
    super(message, { cause });
    this.trouble = trouble;
  }
}

const TROUBLES: readonly (readonly [RegExp, SerialTrouble])[] = [
  [/no such device|not configured|input\/output error|disconnected|bad file descriptor/i, "unplugged"],
  [/no such file/i, "not_there"],
  [/permission denied|operation not permitted/i, "permission"],
  [/busy|cannot lock|temporarily unavailable/i, "busy"],
  [/inappropriate ioctl|is a directory|invalid argument/i, "not_serial"],
];

/** Codes of a device that went away while it was read or written. */
const GONE: ReadonlySet<string> = new Set(["EIO", "ENXIO", "ENODEV", "EBADF"]);

/** Names the trouble of a port from the system's own words, with the next step. */
export function serialFailure(path: string, error: unknown): SerialFailure {
  const said = causeOf(error);
  const gone = GONE.has(systemCode(error) ?? "");
  const trouble = gone ? "unplugged" : (TROUBLES.find(([pattern]) => pattern.test(said))?.[1] ?? "other");
  return new SerialFailure(trouble, adviceOn(path, trouble, said), error);
}

function adviceOn(path: string, trouble: SerialTrouble, said: string): string {
  switch (trouble) {
    case "not_there":
      return `${path} is not there: plug the node in, or name another port (ls /dev/serial/by-id shows them)`;
    case "busy":
      return `${path} is in use by another program, such as a serial monitor or another hub: close that one`;
    case "permission":
      return `no permission for ${path}: add your user to the group dialout (sudo usermod -aG dialout "$USER") and log in again`;
    case "not_serial":
      return `${path} is not a serial port: name one such as /dev/ttyUSB0`;
    case "unplugged":
      return `${path} was unplugged: it is used again when it comes back`;
    case "other":
      return `${path} cannot be used: ${said}`;
  }
}

/** An open serial port. */
export interface Port {
  /** False, and nothing sent, while too much waits. */
  write(bytes: Uint8Array): boolean;
  close(): Promise<void>;
}

export interface PortEnd {
  bytes(chunk: Uint8Array): void;
  /** The port is gone without having been closed from here. Called once. */
  lost(failure: SerialFailure): void;
}

export type OpenPort = (path: string, end: PortEnd) => Promise<Port>;

/** Opens a port for this program alone, at the rate of the node protocol; rejects with SerialFailure. */
export const openSerialPort: OpenPort = async (path, end) => {
  // Without hang-up on close: the modem lines would fall and reset boards that are wired for flashing.
  const port = new SerialPort({ path, baudRate: BAUD, lock: true, hupcl: false, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error === null ? resolve() : reject(serialFailure(path, error))));
  });
  let closing = false;
  const lost = (error: unknown): void => {
    if (closing) return;
    closing = true;
    end.lost(serialFailure(path, error));
    if (port.isOpen) port.close();
  };
  port.on("data", (chunk: Buffer) => end.bytes(chunk));
  port.on("error", lost);
  port.on("close", (error: unknown) => lost(error ?? new Error("disconnected")));
  return {
    write: (bytes) => {
      if (closing || port.writableLength > MOST_WAITING) return false;
      port.write(bytes);
      return true;
    },
    close: () => {
      if (closing) return Promise.resolve();
      closing = true;
      return new Promise((resolve) => port.close(() => resolve()));
    },
  };
};
