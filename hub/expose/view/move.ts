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
  /** It was told over the air: where the new settings do not lead here, it goes back to those before. */
  readonly returns: boolean;
  /** `missing`: not heard for so long that it should be there. It still arrives when it is heard. */
  readonly state: "waiting" | "arrived" | "missing" | "returned";
  /** What else is known: its reports come and are refused; another node hears it on the air; it is on its cable. */
  readonly sign: "refused" | "on_air" | "on_cable" | null;
}
