import type { NodeView, Snapshot } from "./snapshot.ts";

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** The snapshot in Prometheus' text format, version 0.0.4. Labels hold node ids and names only, never SSIDs. */
export function metricsText(snapshot: Snapshot): string {
  const { hub, nodes } = snapshot;
  const perNode = (read: (node: NodeView) => number): Sample[] =>
    nodes.map((node) => [{ node: node.id, name: node.name }, read(node)]);
  const open = snapshot.incidents.filter((one) => one.resolvedAt === null);
  const bySeverity = (["info", "warning", "critical"] as const).map(
    (severity): Sample => [{ severity }, open.filter((one) => one.severity === severity).length],
  );
  return [
    metric("airwarden_up", "gauge", "1 while the hub runs", [[{ version: snapshot.version }, 1]]),
    metric("airwarden_frames_total", "counter", "Frames received from nodes", [[{}, hub.frames]]),
    metric("airwarden_damaged_total", "counter", "Messages that could not be read", [[{}, hub.damaged]]),
    metric("airwarden_strangers", "gauge", "Addresses counted, not recorded", [[{}, hub.strangers]]),
    metric("airwarden_devices", "gauge", "Devices in memory", [
      [{ home: "yes" }, snapshot.devices.filter((one) => one.home).length],
      [{ home: "no" }, snapshot.devices.filter((one) => !one.home).length],
    ]),
    metric("airwarden_incidents_open", "gauge", "Open incidents", bySeverity),
    metric(
      "airwarden_node_connected",
      "gauge",
      "1 while the node is heard",
      perNode((one) => Number(one.connected)),
    ),
    metric(
      "airwarden_node_frames_total",
      "counter",
      "Frames from the node",
      perNode((one) => one.frames),
    ),
    metric(
      "airwarden_node_dropped_total",
      "counter",
      "Frames lost in the node",
      perNode((one) => one.dropped),
    ),
    metric(
      "airwarden_node_lost_messages_total",
      "counter",
      "Messages lost on the link",
      perNode((one) => one.lostMessages),
    ),
    metric(
      "airwarden_node_damaged_total",
      "counter",
      "Messages damaged on the link",
      perNode((one) => one.damaged),
    ),
  ].join("");
}

function metric(
  name: string,
  type: "gauge" | "counter",
  meaning: string,
  samples: readonly Sample[],
): string {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
  return `# HELP ${name} ${meaning}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escapeLabel = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
