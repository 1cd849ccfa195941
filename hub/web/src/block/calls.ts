import { html, type TemplateResult } from "lit";
import type { BlockRuleView, BlockView, CallView } from "../../../expose/snapshot/block.ts";

/** What the rule for this device is: its own, or the one for all others. */
export function ruleFor({ rules }: BlockView, mac: string): BlockRuleView | undefined {
  return rules.find((one) => one.mac === mac) ?? rules.find((one) => one.mac === null);
}

export const domainOf = (entity: string): string => entity.split(".", 1)[0] ?? "";

/** Whether it is turned on and off; all else only runs. */
export const isTurned = (entity: string): boolean => ["switch", "input_boolean"].includes(domainOf(entity));

/** Whether it is told which device it is about. */
export const isTold = (entity: string): boolean => ["script", "automation"].includes(domainOf(entity));

const KINDS: Readonly<Record<string, string>> = {
  script: "the script",
  automation: "the automation",
  scene: "the scene",
  switch: "the switch",
  input_boolean: "the helper",
};

/** `turn off the switch “Camera internet” (switch.camera_internet)` */
export function callWords({ entity, turn }: CallView, name: string | null = null): TemplateResult {
  const verb = isTurned(entity) ? `turn ${turn}` : "run";
  const kind = KINDS[domainOf(entity)] ?? "";
  return html`${verb} ${kind} ${name === null || name === entity ? "" : `“${name}” `}<code>${entity}</code>`;
}

/** What a switch is turned to take the other back. */
export const reverse = ({ entity, turn }: CallView): CallView => ({
  entity,
  turn: turn === "on" ? "off" : "on",
});

const GUARDED = {
  node: "This is one of Airwarden's own nodes. Blocked, it may no longer reach the hub.",
  gateway:
    "This is the way out of your network, such as your router. Blocked, no device may reach the internet any more.",
  access_point: "This is one of your access points. Blocked, all devices on it may lose their Wi-Fi.",
  host: "This is the machine that Home Assistant or Airwarden runs on. Blocked, you may not be able to open this page to take it back.",
} as const;

/** Why blocking this device needs a second thought. */
export function warningFor({ guarded }: BlockView, mac: string): string | undefined {
  const why = guarded.find((one) => one.mac === mac)?.why;
  return why === undefined ? undefined : GUARDED[why];
}
