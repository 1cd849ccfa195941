/** A node on its way to another network, to Wi-Fi or back to its cable. */
export interface MoveView {
  /** Id of the node. */
  readonly node: string;
  readonly name: string;
  readonly to: "wifi" | "cable";
  /** Name of the network; null where it stays or does not matter. */
  readonly network: string | null;
  /** `host:port` that it was told; null where that stays. */
  readonly hub: string | null;
  readonly since: number;
  /** `missing`: not heard for two minutes. It still arrives when it is heard. */
  readonly state: "waiting" | "arrived" | "missing";
  /** What else is known: its reports come and are refused; another node hears it on the air; it is on its cable. */
  readonly sign: "refused" | "on_air" | "on_cable" | null;
}
