/** What a browser says about itself, as far as writing to a board goes. */
export interface Browser {
  /** The page came over HTTPS or from this very computer. */
  readonly secure: boolean;
  readonly serial: boolean;
  readonly userAgent: string;
}

export interface Refusal {
  readonly reason: string;
  readonly next: string;
}

const CAPABLE = "Chrome, Edge or Opera on a computer (Firefox from version 151 on)";

/**
 * Why this browser cannot write to a board, or undefined. Web Serial exists in secure contexts only
 * (wicg.github.io/serial), so a missing `navigator.serial` over plain HTTP says nothing about the browser.
 */
export function whyNot({ secure, serial, userAgent }: Browser): Refusal | undefined {
  if (/iPhone|iPad|Android/.test(userAgent)) {
    return {
      reason: "Phones and tablets cannot write to a board.",
      next: `Open this page on a computer, with ${CAPABLE}.`,
    };
  }
  if (!secure) {
    return {
      reason:
        "Browsers write to a board only from pages that came over HTTPS, and this one came over plain HTTP.",
      next: "Open Home Assistant by its https:// address, or open this page on the computer that Airwarden runs on (http://localhost). Or flash the board at the hub, as above.",
    };
  }
  if (serial) return undefined;
  const browser = /Firefox/.test(userAgent)
    ? "This version of Firefox"
    : /Safari/.test(userAgent) && !/Chrom/.test(userAgent)
      ? "Safari"
      : "This browser";
  return {
    reason: `${browser} cannot write to a board: it does not know Web Serial.`,
    next: `Use ${CAPABLE}.`,
  };
}

interface Failure {
  readonly name?: unknown;
  readonly message?: unknown;
}

const WORDS: readonly [RegExp, string][] = [
  [
    /No port selected|NotFoundError/i,
    "No port was chosen. If the board is not in the list, try another USB cable: many only charge.",
  ],
  [
    /Failed to open serial port|already open|InvalidStateError|NetworkError.*open/i,
    "The port is in use. Close other programs that talk to the board; if it is plugged into the computer that Airwarden runs on, unplug it there first.",
  ],
  [
    /device (has been )?lost|disconnected/i,
    "The board was unplugged or restarted. Plug it in and try again.",
  ],
  [
    /Failed to connect|Timeout|timed out|No serial data|Couldn't sync/i,
    "The board does not answer. Hold its BOOT button, press RESET once, let go of BOOT, and try again.",
  ],
  [
    /MD5|does not match/i,
    "What was written does not read back the same. Try again, with another cable or port.",
  ],
  [
    /SecurityError|permission/i,
    "The browser does not let this page use the port. Allow serial ports for this page, then try again.",
  ],
];

/** What went wrong with a board, in words that say what to do. */
export function plainFailure(cause: unknown): string {
  const { name, message } = (typeof cause === "object" && cause !== null ? cause : {}) as Failure;
  const text = `${String(name ?? "")} ${String(message ?? cause)}`;
  const known = WORDS.find(([pattern]) => pattern.test(text));
  return known === undefined ? `It did not work: ${String(message ?? cause)}` : known[1];
}
