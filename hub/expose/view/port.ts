import type { NodeIndex } from "../../base/units.ts";

/** A serial port of the hub's machine. */
export interface PortView {
  /** By the name that stays, where there is one. */
  readonly path: string;
  /** Maker and model as it states them; empty where it states nothing. */
  readonly label: string;
  readonly plugged: boolean;
  /** What a person chose on the page; `auto`: a board's own USB is listened to, all else is left alone. */
  readonly use: "listen" | "leave" | "auto";
  /** The configuration names it: it is listened to, and the page cannot change that. */
  readonly named: boolean;
  /** The USB port of a chip that nodes are made of. */
  readonly own: boolean;
  /** `foreign`: no node spoke there, it is left alone until it is plugged in again. */
  readonly state: "untouched" | "waiting" | "opening" | "open" | "foreign" | "stopped";
  /** Sentence for a person. */
  readonly trouble: string | null;
  /** Id of the node that speaks there. */
  readonly node: string | null;
}

/** A serial port as the hub deals with it. */
export interface PortSource {
  readonly path: string;
  readonly label: string;
  readonly plugged: boolean;
  readonly use: PortView["use"];
  readonly named: boolean;
  readonly own: boolean;
  readonly state: PortView["state"];
  /** Sentence for a person, undefined while all is well. */
  readonly trouble: string | undefined;
  readonly damaged: number;
  readonly node: NodeIndex | undefined;
}

/** `nodeOf` gives the id of a node. */
export const portView = (port: PortSource, nodeOf: (node: NodeIndex) => string | undefined): PortView => ({
  ...{ path: port.path, label: port.label, plugged: port.plugged, use: port.use },
  ...{ named: port.named, own: port.own, state: port.state, trouble: port.trouble ?? null },
  node: port.node === undefined ? null : (nodeOf(port.node) ?? null),
});
