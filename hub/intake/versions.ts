/** How far the node protocol of a node is from the hub's. */
export type VersionGap = "none" | "node_behind" | "node_ahead";

/** The same version and its neighbours understand each other (firmware/PROTOCOL.md, 8). */
export function versionGap(node: number, hub: number): VersionGap {
  if (node < hub - 1) return "node_behind";
  return node > hub + 1 ? "node_ahead" : "none";
}
