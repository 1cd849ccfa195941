import type { NodeIndex } from "../../base/units.ts";
import type { RefusedNode } from "./udp/refused.ts";

/** What a link tells the hub; called in order, on the thread of the hub. */
export interface LinkEnd {
  /** A link came up: a serial path or a node id. The same name gives the same node. */
  opened(link: string): NodeIndex;
  /** One whole message, a view that holds only during the call. */
  message(node: NodeIndex, message: Uint8Array): void;
  closed(node: NodeIndex): void;
}

/** One kind of link, for as long as the hub runs. */
export interface Link {
  /** Throws Failure when it cannot be opened at all. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** False where the node is not on this link, or its queue is full; then nothing was sent. */
  send(node: NodeIndex, message: Uint8Array): boolean;
  /** Nodes that knock and are refused, where the link can tell. */
  refused?(): readonly RefusedNode[];
}
