import type { PageCommand, Snapshot } from "../../expose/snapshot.ts";

export type LinkState = "connecting" | "live" | "lost";

export interface Watcher {
  snapshot(snapshot: Snapshot): void;
  link(state: LinkState): void;
}

/** Follows the hub's snapshots until `close`; the browser reconnects by itself. Addresses are relative on purpose. */
export function watch(watcher: Watcher): () => void {
  watcher.link("connecting");
  const stream = new EventSource(new URL("api/live", document.baseURI));
  stream.onmessage = (message) => {
    watcher.link("live");
    watcher.snapshot(JSON.parse(message.data) as Snapshot);
  };
  stream.onerror = () => watcher.link("lost");
  return () => stream.close();
}

/** Sends a command; resolves to undefined when done, or to a sentence that says why not. */
export async function send(command: PageCommand): Promise<string | undefined> {
  try {
    const response = await fetch(new URL("api/command", document.baseURI), {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Airwarden": "1" },
      body: JSON.stringify(command),
    });
    const answer = (await response.json()) as { ok: boolean; error?: string };
    return answer.ok ? undefined : (answer.error ?? "the hub refused");
  } catch {
    return "the hub does not answer; is it still running?";
  }
}
