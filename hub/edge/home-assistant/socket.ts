import { type Auth, ERR_CANNOT_CONNECT, type HaWebSocket } from "home-assistant-js-websocket";
import { type RawData, WebSocket } from "ws";

/** No two attempts are closer than this, whatever ended the last one: a proxy may accept and close at once. */
const FLOOR_MS = 1000;
const CEILING_MS = 15_000;
/** A connection that has lasted so long was a good one: the next loss starts from the floor. */
const LASTED_MS = 5000;
const HANDSHAKE_MS = 10_000;
/** Registries of large homes come as one message of several MB. */
const MOST_OCTETS = 128 * 2 ** 20;

export interface SocketWatch {
  /** True once the hub stops: no further attempt is made. */
  readonly closed: () => boolean;
  /** An attempt failed; `refused` when the token was not accepted. */
  readonly failed: (cause: { readonly refused: boolean; readonly reason: string }) => void;
}

type WebSocketOfBrowser = Omit<HaWebSocket, "haVersion">;
type Attempt =
  | { readonly socket: WebSocket; readonly version: string }
  | { readonly refused: boolean; readonly reason: string };

/**
 * Makes sockets for the library. It tries for ever, more and more seldom: also where the token is refused, because
 * the Supervisor refuses its own token while it starts. Messages are not compressed: the proxy drops the extension.
 */
export class SocketMaker {
  readonly #watch: SocketWatch;
  readonly #floorMs: number;
  #failures = 0;
  #lastAttempt = Number.NEGATIVE_INFINITY;
  #wake: (() => void) | undefined;

  constructor(watch: SocketWatch, floorMs = FLOOR_MS) {
    this.#watch = watch;
    this.#floorMs = floorMs;
  }

  /** Resolves to an authenticated socket; rejects only when the hub stops. */
  async make(auth: Auth): Promise<HaWebSocket> {
    while (!this.#watch.closed()) {
      await this.#pause();
      if (this.#watch.closed()) break;
      this.#lastAttempt = performance.now();
      const attempt = await connect(auth);
      if ("socket" in attempt) return this.#good(attempt.socket, attempt.version);
      this.#failures += 1;
      this.#watch.failed(attempt);
    }
    throw ERR_CANNOT_CONNECT;
  }

  /** Ends a pause between attempts, so that `make` sees that the hub stops. */
  wake(): void {
    this.#wake?.();
  }

  #pause(): Promise<void> {
    const delay = Math.min(CEILING_MS, this.#floorMs * 2 ** Math.min(this.#failures, 10));
    const wait = this.#lastAttempt + delay - performance.now();
    if (wait <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #good(socket: WebSocket, version: string): HaWebSocket {
    const lasted = setTimeout(() => {
      this.#failures = 0;
    }, LASTED_MS);
    socket.once("close", () => {
      clearTimeout(lasted);
      this.#failures += 1;
    });
    // The library uses the part of the browser's WebSocket that ws has as well.
    return Object.assign(socket as unknown as WebSocketOfBrowser, { haVersion: version });
  }
}

/** One attempt: opens the socket and shows the token. */
function connect(auth: Auth): Promise<Attempt> {
  const options = { perMessageDeflate: false, maxPayload: MOST_OCTETS, handshakeTimeout: HANDSHAKE_MS };
  const socket = new WebSocket(auth.wsUrl, options);
  return new Promise((resolve) => {
    let reason = "the connection was closed";
    const timer = setTimeout(() => fail("no answer"), HANDSHAKE_MS);
    const settle = (attempt: Attempt): void => {
      clearTimeout(timer);
      socket.removeListener("message", answer);
      socket.removeListener("close", closed);
      resolve(attempt);
    };
    const fail = (why: string, refused = false): void => {
      settle({ refused, reason: why });
      socket.terminate();
    };
    const closed = (): void => fail(reason);
    const answer = (octets: RawData): void => {
      const { type, ha_version: version } = greetingOf(octets);
      if (type === "auth_invalid") fail("the token is not accepted", true);
      if (type === "auth_ok") settle({ socket, version: String(version ?? "") });
    };
    // Stays for the life of the socket: an error without a listener would end the hub. `close` follows.
    socket.on("error", (cause) => {
      reason = cause.message;
    });
    socket.on("close", closed);
    socket.on("message", answer);
    socket.once("open", () => socket.send(JSON.stringify({ type: "auth", access_token: auth.accessToken })));
  });
}

interface Greeting {
  readonly type?: unknown;
  readonly ha_version?: unknown;
}

function greetingOf(octets: RawData): Greeting {
  try {
    return JSON.parse(String(octets)) as Greeting;
  } catch {
    return {};
  }
}
