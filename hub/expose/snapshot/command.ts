import type { PortView } from "../view/port.ts";
import type { CallView } from "./block.ts";
import type { HouseRole } from "./house.ts";

/** What the page sends back; answered with a CommandAnswer. */
export type PageCommand =
  | { readonly command: "acknowledge"; readonly incident: string }
  | { readonly command: "acknowledge_all" }
  | { readonly command: "this_is_normal"; readonly incident: string }
  | { readonly command: "snooze"; readonly incident: string; readonly seconds: number }
  | { readonly command: "undo_normal"; readonly identity: string }
  | { readonly command: "name_device"; readonly mac: string; readonly name: string }
  | { readonly command: "trust_device"; readonly mac: string; readonly known: boolean }
  | { readonly command: "merge_devices"; readonly macs: readonly string[] }
  | { readonly command: "split_device"; readonly mac: string }
  | { readonly command: "choose_home"; readonly ssid: string }
  | { readonly command: "identify_node"; readonly node: string }
  | { readonly command: "update_node"; readonly node: string }
  | { readonly command: "restart_node"; readonly node: string }
  /** `on`: a learning phase begins anew; else it ends now. */
  | { readonly command: "set_learning"; readonly on: boolean }
  | { readonly command: "set_alert_budget"; readonly perDay: number }
  /** Whether an entity of Home Assistant is of the device. */
  | {
      readonly command: "assign_entity";
      readonly mac: string;
      readonly entity: string;
      readonly belongs: boolean;
    }
  /** `automatic`, `none`, or the entity that counts. */
  | { readonly command: "choose_entity"; readonly role: HouseRole; readonly choice: string }
  | { readonly command: "test_alert" }
  /** Entities that were deleted in Home Assistant come back. */
  | { readonly command: "restore_entities" }
  | NodeCommand
  | BlockCommand;

export type BlockCommand =
  /** What "block" does from now on; `block` null takes the choice back, `mac` null is for all other devices. */
  | {
      readonly command: "choose_block";
      readonly mac: string | null;
      readonly block: CallView | null;
      readonly unblock: CallView | null;
    }
  /** `despite`: the person was warned that it is no ordinary device. */
  | {
      readonly command: "block_device";
      readonly mac: string;
      readonly incident: string | null;
      readonly despite: boolean;
    }
  | { readonly command: "unblock_device"; readonly mac: string }
  /** It is not blocked any more, whoever let it on again. */
  | { readonly command: "forget_block"; readonly mac: string };

/** `reveal` is shown once and kept nowhere: a node's new key. */
export type CommandAnswer =
  | { readonly ok: true; readonly reveal?: string }
  | { readonly ok: false; readonly error: string };

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
