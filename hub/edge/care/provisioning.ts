import type { Mac, Micros } from "../../base/units.ts";
import { formatMac } from "../../radio/mac.ts";
import type { Configuration } from "../../wire/commands.ts";
import { Failure } from "../failure.ts";
import type { NodeTable } from "../store/node-table.ts";
import { StoreFailure } from "../store/store-failure.ts";
import { makeNodeKey } from "./naming.ts";

/** A node on a link, whatever link. */
export interface ReachedNode {
  readonly mac: Mac;
  /** Resolves when the node has kept the settings; throws Failure in its words where it does not take them. */
  configure(settings: Configuration): Promise<void>;
}

export interface WifiWish {
  /** Undefined: as it is called now. */
  readonly name: string | undefined;
  readonly country: string | undefined;
  readonly ssid: string;
  readonly password: string;
  /** `host:port` */
  readonly hub: string;
}

export interface Around {
  readonly keys: Pick<NodeTable, "list" | "replace">;
  readonly now: Micros;
}

/**
 * Gives a node on a cable the network and a key of its own; gives its name. The key that it had holds until the node
 * has taken the new one: a node that refuses goes on as it was.
 */
export async function giveWifi(node: ReachedNode, wish: WifiWish, { keys, now }: Around): Promise<string> {
  const { mac } = node;
  const paired = keys.list();
  const before = paired.find((one) => one.mac === mac);
  const name = wish.name ?? before?.name ?? `node ${formatMac(mac).slice(-5).replace(":", "")}`;
  if (paired.some((one) => one.name === name && one !== before)) throw new Failure(nameTaken(name));
  const key = makeNodeKey();
  const network = { ssid: wish.ssid, psk: wish.password, hub: wish.hub, uplink: "wifi" } as const;
  await node.configure({ name, ...countryOf(wish), ...network, key });
  try {
    keys.replace({ name, key, mac, addedAt: now });
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    throw new Failure(
      `the node has its new key and the hub cannot keep it, so do this again: ${error.message}`,
      {
        cause: error,
      },
    );
  }
  return name;
}

export const nameTaken = (name: string): string => `another node is called “${name}”: choose another name`;

export const countryOf = ({ country }: { readonly country: string | undefined }): Configuration =>
  country === undefined ? {} : { country };
