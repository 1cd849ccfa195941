import type { PortView } from "../view/port.ts";

/** What nodes are told, which of them belong here, and what ports are for. */
export type NodeCommand =
  | { readonly command: "add_node"; readonly name: string }
  | { readonly command: "remove_node"; readonly name: string }
  /** A node on USB is to report over Wi-Fi from now on: it gets a key, the network and where the hub listens. */
  | {
      readonly command: "configure_node";
      readonly node: string;
      readonly name: string;
      readonly ssid: string;
      readonly password: string;
      /** `host:port` */
      readonly hub: string;
      /** Two capital letters. */
      readonly country?: string;
    }
  /** What is left out stays as it is; it goes over whatever link the node is on. */
  | {
      readonly command: "change_node";
      readonly node: string;
      readonly name?: string;
      readonly network?: { readonly ssid: string; readonly password: string };
      readonly hub?: string;
      readonly country?: string;
    }
  /** A node that reports over Wi-Fi and is on a cable is to report over that. */
  | { readonly command: "use_cable"; readonly node: string }
  /** Erases all that a node was told. */
  | { readonly command: "reset_node"; readonly node: string }
  /** Parts with a node that is gone: it is shown no more, and its key is forgotten. */
  | { readonly command: "forget_node"; readonly node: string }
  /** The way of a node is known and need not be shown. */
  | { readonly command: "dismiss_move"; readonly node: string }
  /** What a serial port is for: `auto` takes a choice back. */
  | { readonly command: "choose_port"; readonly port: string; readonly use: PortView["use"] };
