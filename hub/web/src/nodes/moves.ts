import { html, nothing, type TemplateResult } from "lit";
import type { PageCommand } from "../../../expose/snapshot/command.ts";
import type { NodeView } from "../../../expose/snapshot.ts";
import type { MoveView } from "../../../expose/view/move.ts";
import { span } from "../words.ts";

/** What became of a node that was told to report another way, as a person would say it. */
export interface MoveWords {
  readonly tone: "good" | "warn" | "bad";
  readonly title: string;
  /** What it means and what to do, in sentences. */
  readonly advice: readonly string[];
}

const quoted = (network: string | null): string => (network === null ? "its Wi-Fi" : `“${network}”`);

export function moveWords(move: MoveView, now: number): MoveWords {
  const waited = span(Math.max(1, now - move.since));
  if (move.state === "arrived") return arrived(move);
  if (move.state === "returned") return returned(move);
  if (move.to === "cable") {
    return move.state === "waiting"
      ? {
          tone: "good",
          title: `“${move.name}” goes back to its cable`,
          advice: ["It restarts; this takes some seconds."],
        }
      : {
          tone: "bad",
          title: `“${move.name}” is not heard over its cable`,
          advice: [`It was told ${waited} ago. Unplug it and plug it in again.`],
        };
  }
  if (move.state === "waiting") {
    return {
      tone: "good",
      title: `“${move.name}” is on its way to ${quoted(move.network)}`,
      advice: [
        `It has taken its settings and restarts. Most nodes are there within half a minute; it has been ${waited}.`,
        ...(move.returns
          ? ["If the new settings do not work, it goes back to those it had, after about three minutes."]
          : []),
        ...(move.sign === "on_cable"
          ? ["It may stay on its cable, or be powered from anywhere in reach of that Wi-Fi."]
          : []),
      ],
    };
  }
  return { tone: "bad", title: `“${move.name}” is not heard over Wi-Fi`, advice: missing(move, waited) };
}

const arrived = ({ name, to, network }: MoveView): MoveWords => ({
  tone: "good",
  title:
    to === "cable"
      ? `“${name}” reports over its cable`
      : `“${name}” has arrived: it reports over ${network === null ? "Wi-Fi" : quoted(network)}`,
  advice:
    to === "cable" ? [] : ["If it is still on a cable, unplug it and power it wherever it should listen."],
});

const returned = ({ name, network, hub }: MoveView): MoveWords => ({
  tone: "warn",
  title: `“${name}” has gone back to the settings it had`,
  advice: [
    `It tried ${hub === null || network !== null ? quoted(network) : `the address ${hub}`} for three minutes and did not reach this hub that way. It listens and reports as before.`,
    network === null
      ? "Check the address, and try again with “Change its Wi-Fi”."
      : "Check the name and the password, and whether that Wi-Fi reaches it on 2.4 GHz (all boards but the C5 need that); then try again with “Change its Wi-Fi”.",
  ],
});

function missing({ network, hub, sign, returns }: MoveView, waited: string): string[] {
  const where = hub === null ? "the address of this hub" : `the address ${hub}`;
  if (sign === "refused") {
    return [
      "It reports, and is refused because its key does not fit.",
      "Plug it into the computer that Airwarden runs on and give it the Wi-Fi again: it gets a new key with that.",
    ];
  }
  if (sign === "on_air") {
    return [
      `Another node hears it on the air, so it has power. Its reports do not arrive here for ${waited}.`,
      `Is ${where} right, in the same network, and does no firewall stand between? Is the password of ${quoted(network)} right?`,
      "To put it right, plug it into the computer that Airwarden runs on and give it the Wi-Fi again.",
    ];
  }
  if (returns && sign === null) {
    return [
      `Nothing has come from it for ${waited}, neither with its new settings nor with those it had. Does it have power, and is one of both networks there and in its reach?`,
      "It goes on trying both in turn. To put it right at once, plug it into the computer that Airwarden runs on and give it the Wi-Fi there, without flashing it.",
    ];
  }
  return [
    `Nothing has come from it for ${waited}. Does it have power, and is ${quoted(network)} in its reach? All boards but the C5 need a network on 2.4 GHz.`,
    `If so, the password may be wrong, or ${where}.`,
    sign === "on_cable"
      ? "It is on its cable: give it the Wi-Fi again, or take it back to the cable."
      : "Plug it into the computer that Airwarden runs on: there it can be given the Wi-Fi again, without flashing it.",
  ];
}

/** A node on its way, with what can be done about it. */
export function moveCard(
  move: MoveView,
  { now, node, send }: { now: number; node: NodeView | undefined; send: (command: PageCommand) => unknown },
): TemplateResult {
  const { tone, title, advice } = moveWords(move, now);
  const canReturn = move.to === "wifi" && node?.cable != null;
  return html`<div class="card" data-move=${move.state} role="status">
    <h3 class=${tone}>${title}</h3>
    ${advice.map((line) => html`<p>${line}</p>`)}
    <div class="actions">
      ${
        canReturn
          ? html`<button @click=${() => send({ command: "use_cable", node: move.node })}>Back to the cable</button>`
          : nothing
      }
      <button class="quiet" @click=${() => send({ command: "dismiss_move", node: move.node })}>${move.state === "waiting" ? "Hide this" : "I have seen it"}</button>
    </div>
  </div>`;
}
