import { html, type TemplateResult } from "lit";

export interface NewKey {
  readonly name: string;
  /** Hexadecimal. */
  readonly key: string;
  /** `host:port` where the hub listens, as far as the page can tell. */
  readonly hub: string;
}

/** As a shell reads it as one word. */
const quoted = (text: string): string =>
  /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A node's new key, shown once, and what to do with it. */
export function revealCard({ name, key, hub }: NewKey, close: () => void): TemplateResult {
  const command = `airwarden-node --interface wlan1 --output udp ${hub} --key-file airwarden.key --name ${quoted(name)}`;
  const copy = (): void => {
    // Within Home Assistant's frame the clipboard may be closed to the page: then the key is selected by hand.
    navigator.clipboard?.writeText(key).catch(() => undefined);
  };
  return html`<div class="card" data-reveal>
    <h3>The key of “${name}”</h3>
    <p>It is shown <strong>only now</strong>. Whoever has it can report as this node.</p>
    <code class="key" aria-label="Key">${key}</code>
    <h4>A Linux computer with a Wi-Fi stick in monitor mode</h4>
    <p>Put the key into a file that only you can read (here <code>airwarden.key</code>), then run there:</p>
    <code class="key">${command}</code>
    <h4>A board that is set up elsewhere</h4>
    <p>Give it this key together with your Wi-Fi and <code>${hub}</code> when you set it up over its cable.</p>
    <div class="actions"><button @click=${copy}>Copy the key</button><button class="primary" @click=${close}>I have it, hide it</button></div>
  </div>`;
}
