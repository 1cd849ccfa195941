import type { Incident } from "../../alert/incident.ts";
import type { IncidentChange } from "../../alert/incidents.ts";
import type { Names } from "../../alert/names.ts";
import {
  type AccessPointLine,
  accessPointLine,
  type DeviceLine,
  deviceLine,
  type IncidentLine,
  incidentLine,
  type SummaryLine,
  summaryLine,
  type Totals,
} from "../../expose/lines.ts";
import type { House } from "../../track/model.ts";
import type { Output } from "../cli/output.ts";
import { alignedTable, type Column } from "../cli/table.ts";

/** How a replay tells what it found. */
export interface Report {
  /** Changes in the order they came; those that are kept are kept by now. */
  take(changes: readonly IncidentChange[]): void;
  finish(house: House, totals: Totals): void;
}

/**
 * One JSON object a line, described in hub/SCHEMA.md. An incident is a line when it is raised, and again, with the
 * same id, when it is resolved or goes on after that.
 */
export class JsonReport implements Report {
  readonly #output: Output;
  readonly #names: Names;
  /** Ids of the incidents whose last line said that they are over; at most a line each. */
  readonly #over = new Set<string>();

  constructor(output: Output, names: Names) {
    this.#output = output;
    this.#names = names;
  }

  take(changes: readonly IncidentChange[]): void {
    for (const { kind, incident } of changes) {
      const goesOn = kind === "updated" && this.#over.has(incident.id) && incident.resolvedAt === undefined;
      if (kind === "updated" && !goesOn) continue;
      if (kind === "resolved") this.#over.add(incident.id);
      else this.#over.delete(incident.id);
      this.#write(incidentLine(incident, this.#names));
    }
  }

  finish(house: House, totals: Totals): void {
    for (const device of house.devices()) this.#write(deviceLine(device, this.#names));
    for (const point of house.accessPoints()) this.#write(accessPointLine(point, this.#names));
    this.#write(summaryLine(totals));
  }

  #write(line: IncidentLine | DeviceLine | AccessPointLine | SummaryLine): void {
    this.#output.line(JSON.stringify(line));
  }
}

const INCIDENT_COLUMNS: readonly Column[] = [
  { title: "RAISED (UTC)" },
  { title: "RESOLVED" },
  { title: "SEVERITY" },
  { title: "INCIDENT", max: 100 },
];

const DEVICE_COLUMNS: readonly Column[] = [
  { title: "DEVICE" },
  { title: "NAME", max: 28 },
  { title: "ACCESS POINT" },
  { title: "HEARD", align: "right" },
  { title: "SENT", align: "right" },
  { title: "UP kB", align: "right" },
  { title: "DOWN kB", align: "right" },
  { title: "AIR ms", align: "right" },
  { title: "RETRIES", align: "right" },
  { title: "PROBES", align: "right" },
  { title: "dBm", align: "right" },
];

const POINT_COLUMNS: readonly Column[] = [
  { title: "ACCESS POINT" },
  { title: "NETWORK", max: 32 },
  { title: "HOME" },
  { title: "MHz", align: "right" },
  { title: "SECURITY" },
  { title: "PMF" },
  { title: "STATIONS", align: "right" },
  { title: "dBm", align: "right" },
  { title: "MAKER", max: 28 },
];

/** Aligned tables at the end, each incident once as it was left. */
export class TableReport implements Report {
  readonly #output: Output;
  readonly #names: Names;
  /** As many as were raised. */
  readonly #incidents = new Map<string, Incident>();

  constructor(output: Output, names: Names) {
    this.#output = output;
    this.#names = names;
  }

  take(changes: readonly IncidentChange[]): void {
    for (const { incident } of changes) this.#incidents.set(incident.id, incident);
  }

  finish(house: House, totals: Totals): void {
    const incidents = [...this.#incidents.values()].map(incidentRow);
    const devices = [...house.devices()]
      // Access points have a table of their own.
      .filter((device) => device.role !== "access_point")
      .map((device) => deviceRow(deviceLine(device, this.#names)));
    const points = [...house.accessPoints()].map((point) => pointRow(accessPointLine(point, this.#names)));
    if (incidents.length === 0) this.#output.line("No incidents.\n");
    this.#table(INCIDENT_COLUMNS, incidents);
    this.#table(DEVICE_COLUMNS, devices);
    this.#table(POINT_COLUMNS, points);
    const { frames, damaged, seconds, frames_per_second } = summaryLine(totals);
    const broken = damaged === 0 ? "" : `, ${damaged} damaged`;
    this.#output.line(
      `${frames} frames${broken} over ${seconds.toFixed(1)} s, played at ${frames_per_second} frames a second`,
    );
  }

  #table(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
    if (rows.length === 0) return;
    for (const line of alignedTable(columns, rows)) this.#output.line(line);
    this.#output.line("");
  }
}

/** `2026-03-01 12:00:00`. */
const utc = (micros: number): string => new Date(micros / 1000).toISOString().slice(0, 19).replace("T", " ");

const shown = (value: string | number | null): string => (value === null ? "" : String(value));
const thousands = (value: number): string => (value / 1000).toFixed(1);

function incidentRow(incident: Incident): string[] {
  const { raisedAt, resolvedAt, severity, title } = incident;
  return [utc(raisedAt), resolvedAt === undefined ? "no" : utc(resolvedAt).slice(11), severity, title];
}

function deviceRow(line: DeviceLine): string[] {
  const name = line.name ?? line.vendor ?? (line.randomized ? "(random address)" : "");
  return [
    line.mac,
    name,
    shown(line.bssid),
    shown(line.frames.heard),
    shown(line.frames.reconstructed),
    thousands(line.bytes.up),
    thousands(line.bytes.down),
    thousands(line.airtime_us.up + line.airtime_us.down),
    line.retry_share === null ? "" : `${(line.retry_share * 100).toFixed(1)} %`,
    shown(line.probe.requests),
    shown(line.rssi_dbm),
  ];
}

function pointRow(line: AccessPointLine): string[] {
  return [
    line.bssid,
    line.ssid ?? "(hidden)",
    line.home ? "yes" : "no",
    shown(line.frequency_mhz),
    line.encryption + (line.enterprise ? " enterprise" : "") + (line.wps ? " wps" : ""),
    line.pmf,
    shown(line.stations),
    shown(line.rssi_dbm),
    shown(line.vendor),
  ];
}
