import { networkInterfaces } from "node:os";
import type { HubView } from "../../../expose/snapshot.ts";
import { type AppState, isReachable } from "../../supervisor/answers.ts";

/** Where nodes find the hub. */
export type NodeAddress = Pick<HubView, "nodePort" | "nodeHosts" | "nodeProblem">;

export interface AddressSources {
  /** Where the hub listens; undefined while it does not. */
  readonly udp: { readonly host: string; readonly port: number } | undefined;
  /** Inside the app: what the Supervisor says. */
  readonly supervisor:
    | { readonly app: AppState | undefined; readonly addresses: readonly string[] | undefined }
    | undefined;
  /** Addresses of this machine. */
  readonly own: () => readonly string[];
}

const MOST_HOSTS = 8;

/** IPv4 addresses of this machine that others of the home may reach. Those of container bridges come last. */
export function ownAddresses(): string[] {
  const interfaces = Object.entries(networkInterfaces());
  const bridge = ([name]: (typeof interfaces)[number]): number =>
    /^(docker|br-|veth|virbr|hassio|tun|tap|wg)/.test(name) ? 1 : 0;
  return interfaces
    .sort((a, b) => bridge(a) - bridge(b))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ internal, address }) => !internal && isReachable(address))
    .map(({ address }) => address)
    .slice(0, MOST_HOSTS);
}

/**
 * Inside the app its own addresses and its own port lead nowhere: nodes find the host, and there the port that the
 * person has set.
 */
export function nodeAddress({ udp, supervisor, own }: AddressSources): NodeAddress {
  if (udp === undefined) return { nodePort: null, nodeHosts: [], nodeProblem: "off" };
  if (supervisor === undefined) {
    const everywhere = udp.host === "0.0.0.0" || udp.host === "::";
    const alone = /^127\.|^::1$|^localhost$/.test(udp.host);
    return {
      nodePort: udp.port,
      nodeHosts: everywhere ? own() : [udp.host],
      nodeProblem: alone ? "this_machine" : null,
    };
  }
  const { app, addresses } = supervisor;
  const nodeHosts = addresses ?? [];
  if (app === undefined) return { nodePort: udp.port, nodeHosts, nodeProblem: null };
  const { nodePort } = app;
  return nodePort === undefined
    ? { nodePort: null, nodeHosts, nodeProblem: "closed" }
    : { nodePort, nodeHosts, nodeProblem: null };
}
