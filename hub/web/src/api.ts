import type { BlockEntity } from "../../expose/snapshot/block.ts";
import type { CommandAnswer, PageCommand } from "../../expose/snapshot/command.ts";
import type { EntityChoice } from "../../expose/snapshot/house.ts";
import type { Snapshot } from "../../expose/snapshot.ts";

export type LinkState = "connecting" | "live" | "lost";

export interface Watcher {
  snapshot(snapshot: Snapshot): void;
  link(state: LinkState): void;
}

/** The hub sends a snapshot every second; after this the line is dead, whatever the browser thinks. */
const SILENT_MS = 10_000;
const CHECK_MS = 1000;
const RETRY_MS = { first: 2000, most: 30_000 } as const;

/**
 * Follows the hub's snapshots until `close`. Reconnects by itself: also where the browser gives up, as after an answer
 * of a proxy while Home Assistant starts. Addresses are relative, so that any path prefix works.
 */
export function watch(watcher: Watcher): () => void {
  let stream: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let wait: number = RETRY_MS.first;
  let heard: number | undefined;

  const open = (): void => {
    stream?.close();
    stream = new EventSource(new URL("api/live", document.baseURI));
    stream.onmessage = (message) => {
      wait = RETRY_MS.first;
      heard = performance.now();
      watcher.link("live");
      watcher.snapshot(JSON.parse(message.data) as Snapshot);
    };
    stream.onerror = () => {
      watcher.link("lost");
      if (stream?.readyState === EventSource.CLOSED) again();
    };
  };
  const again = (): void => {
    clearTimeout(retry);
    retry = setTimeout(open, wait);
    wait = Math.min(RETRY_MS.most, wait * 2);
  };
  const check = setInterval(() => {
    if (heard === undefined || performance.now() - heard < SILENT_MS) return;
    heard = undefined;
    watcher.link("lost");
    open();
  }, CHECK_MS);

  watcher.link("connecting");
  open();
  return () => {
    clearInterval(check);
    clearTimeout(retry);
    stream?.close();
  };
}

/** Sends a command; what keeps it from being done is a sentence for the person. */
export async function send(command: PageCommand): Promise<CommandAnswer> {
  try {
    const response = await fetch(new URL("api/command", document.baseURI), {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Airwarden": "1" },
      body: JSON.stringify(command),
    });
    return (await response.json()) as CommandAnswer;
  } catch {
    return { ok: false, error: "the hub does not answer; is it still running?" };
  }
}

/** Why this person may change nothing here, in a sentence; undefined where nothing is in the way or nobody knows. */
export async function askRefusal(): Promise<string | undefined> {
  try {
    const response = await fetch(new URL("api/rights", document.baseURI));
    const { refusal } = (await response.json()) as { readonly refusal?: string | null };
    return refusal ?? undefined;
  } catch {
    return undefined;
  }
}

/** What "block" could turn in Home Assistant; a sentence where it cannot be asked. */
export const askBlockEntities = (): Promise<readonly BlockEntity[] | string> =>
  askList<BlockEntity>("api/entities/block");

/** Entities of Home Assistant, to choose from; a sentence where it cannot be asked. */
export const askEntities = (): Promise<readonly EntityChoice[] | string> =>
  askList<EntityChoice>("api/entities");

async function askList<One>(path: string): Promise<readonly One[] | string> {
  try {
    const response = await fetch(new URL(path, document.baseURI));
    const answer: unknown = await response.json();
    if (response.ok) return answer as readonly One[];
    return (answer as { readonly error?: string }).error ?? "Home Assistant cannot be asked just now";
  } catch {
    return "the hub does not answer; is it still running?";
  }
}
