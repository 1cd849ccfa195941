import { html, nothing, type TemplateResult } from "lit";
import type { PageCommand } from "../../../expose/snapshot/command.ts";
import type { NodeView } from "../../../expose/snapshot.ts";
import type { PortView } from "../../../expose/view/port.ts";
import { sentence } from "../words.ts";

/** What a port is doing, as a person would say it. */
export function portWords(port: PortView, nodes: readonly NodeView[]): string {
  const node = nodes.find((one) => one.id === port.node);
  const name = node === undefined ? "" : `“${node.name}”`;
  switch (port.state) {
    case "open":
      if (name === "")
        return "Listened to; no node has spoken here yet. Is the board flashed? Press its reset button.";
      return node?.uplink === "cable"
        ? `${name} reports here.`
        : `${name} is plugged in here and reports over Wi-Fi.`;
    case "opening":
      return "Being opened…";
    case "waiting":
      return port.trouble === null ? "Waiting for it." : sentence(port.trouble);
    case "foreign":
      return "No node spoke here, so it is left alone until it is plugged in again.";
    case "untouched":
    case "stopped":
      if (port.use === "leave") return "Left alone, as you said.";
      return "Left alone: it may belong to something else, such as a Zigbee stick.";
  }
}

type Send = (command: PageCommand) => unknown;

function buttons(port: PortView, send: Send): TemplateResult | typeof nothing {
  if (port.named) return html`<span class="soft">named in the configuration</span>`;
  if (!port.plugged) return nothing;
  const choose = (use: PortView["use"], words: string): TemplateResult =>
    html`<button @click=${() => send({ command: "choose_port", port: port.path, use })}>${words}</button>`;
  const listened = port.state !== "untouched" && port.state !== "foreign";
  return html`${listened ? choose("leave", "Leave it alone") : choose("listen", "Listen on this port")}
    ${port.use === "auto" ? nothing : html`<button class="quiet" @click=${() => send({ command: "choose_port", port: port.path, use: "auto" })}>As before</button>`}`;
}

/** What is plugged into the hub's machine, and what of it is listened to. */
export function portsCard(
  ports: readonly PortView[],
  nodes: readonly NodeView[],
  send: Send,
): TemplateResult | typeof nothing {
  if (ports.length === 0) return nothing;
  return html`<div class="card" data-ports><h3>USB ports of the computer that Airwarden runs on</h3>
    <p class="soft">Boards with a USB port of their own are listened to by themselves. Everything else is opened only when you say so.</p>
    <table><tbody>${ports.map(
      (port) => html`<tr data-port=${port.path}>
        <td><strong>${port.label || port.path}</strong><div class="soft"><code>${port.path}</code></div><div>${portWords(port, nodes)}</div></td>
        <td class="number">${buttons(port, send)}</td>
      </tr>`,
    )}</tbody></table>
  </div>`;
}
