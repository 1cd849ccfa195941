import { html, type TemplateResult } from "lit";
import type { HubView } from "../../../expose/snapshot.ts";

/** `host:port` as nodes take it: they speak IPv4. */
const HUB_PATTERN = "[A-Za-z0-9._\\-]+:[0-9]+";
const NODE_PORT = 4729;
const LOOPBACK = /^(localhost|127\.|\[?::1)/;

/**
 * Where nodes find the hub, the likeliest first. The name that this page was opened by is the last resort: through
 * Home Assistant it may be a public one, which leads no datagram here.
 */
export function hubAddresses({ nodePort, nodeHosts }: HubView, hostname: string): string[] {
  const port = nodePort ?? NODE_PORT;
  const hosts = nodeHosts.length > 0 ? nodeHosts : LOOPBACK.test(hostname) ? [] : [hostname];
  return hosts.map((host) => `${host}:${port}`);
}

/** The address that nodes are given, with what else this machine is called to choose from. */
export function hubField(hub: HubView, label: string, required = true): TemplateResult {
  const [first = "", ...others] = hubAddresses(hub, location.hostname);
  const choices =
    others.length === 0
      ? html`<span class="soft">The address of the computer that Airwarden runs on, as your home network knows it.</span>`
      : html`<span class="soft">This computer has more addresses: ${others.join(", ")}. Take the one in the network that the node joins.</span>`;
  return html`<label>${label} <input name="hub" ?required=${required} value=${required ? first : ""} placeholder=${first || "192.168.1.10:4729"} pattern=${HUB_PATTERN} title="An address and a port, such as 192.168.1.10:4729" />${choices}</label>`;
}

const PROBLEMS = {
  off: html`Airwarden does not listen for nodes over Wi-Fi. Start it with <code>--udp 4729 --host 0.0.0.0</code>.`,
  closed: html`The port for nodes is closed. In Home Assistant open Settings → Apps → Airwarden → Configuration → Network, enter 4729 for “4729/udp”, save, and start Airwarden anew.`,
  this_machine: html`Airwarden listens to this computer alone, so no node elsewhere reaches it. Start it with <code>--host 0.0.0.0</code> as well.`,
} as const;

/** Why nodes cannot reach the hub over Wi-Fi, and what to do. */
export function addressNotice({ nodeProblem }: HubView): TemplateResult | undefined {
  if (nodeProblem === null) return undefined;
  return html`<div class="notice warn" data-problem=${nodeProblem}><span>${PROBLEMS[nodeProblem]}</span></div>`;
}
