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
      next: "Open Home Assistant by its https:// address, or open this page on the computer that Airwarden runs on (http://localhost). Or use the same page at https://airwarden.github.io/airwarden/.",
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
    "No port was chosen. If the board is not in the list, try another USB cable: many only charge. If the browser showed no list at all, it blocks serial ports for this page: allow them with the symbol beside the address.",
  ],
  [
    /SecurityError|permissions policy|disallowed/i,
    "The browser does not let this page use serial ports. Allow them with the symbol beside the address; where the page is shown inside another one, open it in a tab of its own.",
  ],
  [
    /Failed to open serial port|already open|InvalidStateError|NetworkError.*open/i,
    "The port cannot be opened. Close other programs that talk to the board; if it is plugged into the computer that Airwarden runs on, unplug it there first. On Linux your user has to be in the group dialout.",
  ],
  [
    /device (has been )?lost|disconnected|unplugged/i,
    "The board was unplugged or restarted. Plug it in and try again.",
  ],
  [
    /autodetect chip|Unexpected (CHIP|chip)/i,
    "The board has a chip that this page does not know. A node is an ESP32-C3, -C5, -C6 or -C61.",
  ],
  [
    /Failed to connect|Timeout|timed out|No serial data|Couldn't sync/i,
    "The board does not answer. Hold its BOOT button, press RESET once, let go of BOOT, and try again.",
  ],
  [
    /MD5|does not match/i,
    "What was written does not read back the same. Try again, with another cable or port; if it stays so, the board's memory is worn out.",
  ],
  [
    /Failed to fetch|fetch.*NetworkError|NetworkError.*fetch/i,
    "The image cannot be fetched: is this computer still connected, and the hub running? Reload this page and try again.",
  ],
  [
    /FramingError|BufferOverrun|ParityError|BreakError/i,
    "The line to the board is disturbed. Try another cable, or another USB socket of this computer.",
  ],
];

/** Why a board has not joined a network, in words that say what to do. */
export function plainRefusal(ssid: string, cause: unknown): string {
  const { message } = (typeof cause === "object" && cause !== null ? cause : {}) as Failure;
  if (/UNABLE_TO_CONNECT/.test(String(message))) {
    return `The board could not join “${ssid}”. Are name and password right, capital letters too? Is it a network of 2.4 GHz (a C5 knows 5 GHz too), and in reach? Networks that allow WPA3 only cannot be joined: let the access point allow WPA2 as well.`;
  }
  if (/TIMEOUT|no answer/.test(String(message))) {
    return "The board does not answer. Press its RESET button and try again.";
  }
  return "The board does not take that. A network's name has at most 32 characters, a password 8 to 63.";
}

/** What went wrong with a board, in words that say what to do. */
export function plainFailure(cause: unknown): string {
  const { name, message } = (typeof cause === "object" && cause !== null ? cause : {}) as Failure;
  const text = `${String(name ?? "")} ${String(message ?? cause)}`;
  const known = WORDS.find(([pattern]) => pattern.test(text));
  return known === undefined ? `It did not work: ${String(message ?? cause)}` : known[1];
}
