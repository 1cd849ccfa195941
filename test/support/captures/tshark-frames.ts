import { spawnSync } from "node:child_process";
import { FORMAT, GUARD, WIDTH } from "../../../hub/radio/airtime/phy.ts";

/** One frame of a capture as tshark dissects it, in the order of the file. */
export interface DissectedFrame {
  /** PHY descriptor (radio/phy.ts) from the fields of radiotap, 0 where they do not say. */
  readonly phy: number;
  /** Octets of the MPDU as in the file: a capture without FCS is four octets short, and tshark reckons with that. */
  readonly length: number;
  /** A further MPDU of the PPDU of the frame before it. */
  readonly continues: boolean;
  readonly transmitter: string;
  readonly receiver: string;
  /** Type and subtype as KIND of radio/frame.ts, -1 where there is no header. */
  readonly kind: number;
  /** µs of the receiver's clock, NaN where the capture has none. */
  readonly clock: number;
  /** wlan_radio.duration in µs, NaN where tshark has none. */
  readonly duration: number;
}

const FIELDS = [
  "frame.len",
  "radiotap.length",
  "wlan.ta",
  "wlan.ra",
  "wlan.fc.type_subtype",
  "wlan_radio.phy",
  "wlan_radio.data_rate",
  "wlan_radio.short_preamble",
  "wlan_radio.11n.mcs_index",
  "wlan_radio.11n.bandwidth",
  "wlan_radio.11n.short_gi",
  "wlan_radio.11n.greenfield",
  "wlan_radio.11n.fec",
  "wlan_radio.11n.stbc_streams",
  "wlan_radio.11n.ness",
  "wlan_radio.11ac.mcs",
  "wlan_radio.11ac.nss",
  "wlan_radio.11ac.bandwidth",
  "wlan_radio.11ac.short_gi",
  "wlan_radio.11ac.stbc",
  "wlan_radio.11ac.fec",
  "wlan_radio.timestamp",
  "wlan_radio.duration",
] as const;

type Field = (typeof FIELDS)[number];
type Row = (field: Field) => string | undefined;

/** Runs tshark over a capture. Throws where it fails altogether; a capture cut at its end is read as far as it goes. */
export function dissect(path: string): DissectedFrame[] {
  const fields = FIELDS.flatMap((field) => ["-e", field]);
  const options = ["-n", "-r", path, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=f"];
  const result = spawnSync("tshark", [...options, ...fields], {
    encoding: "utf8",
    maxBuffer: 512 * 1024 * 1024,
  });
  if (result.error !== undefined) throw new Error(`tshark did not run on ${path}`, { cause: result.error });
  let before: Row | undefined;
  return result.stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const columns = line.split("\t");
      const row: Row = (field) => columns[FIELDS.indexOf(field)] || undefined;
      const frame = frameOf(row, before);
      before = row;
      return frame;
    });
}

function frameOf(row: Row, before: Row | undefined): DissectedFrame {
  const length = Number(row("frame.len")) - Number(row("radiotap.length") ?? 0);
  return {
    phy: descriptorOf(row),
    length,
    continues: before !== undefined && isOnePpdu(before, row),
    transmitter: row("wlan.ta") ?? "",
    receiver: row("wlan.ra") ?? "",
    kind: Number(row("wlan.fc.type_subtype") ?? -1),
    clock: Number(row("wlan_radio.timestamp") ?? Number.NaN),
    duration: Number(row("wlan_radio.duration") ?? Number.NaN),
  };
}

/** MPDUs of one A-MPDU arrive one after the other with the same PHY and the same time of the receiver's clock. */
function isOnePpdu(before: Row, row: Row): boolean {
  const phy = row("wlan_radio.phy");
  const time = row("wlan_radio.timestamp");
  const aggregates = phy === PHY.ht || phy === PHY.vht;
  return (
    aggregates &&
    before("wlan_radio.phy") === phy &&
    time !== undefined &&
    before("wlan_radio.timestamp") === time
  );
}

const PHY = { b: "4", a: "5", g: "6", ht: "7", vht: "8" } as const;
const CCK_RATES = new Set([1, 2, 5.5, 11, 22, 33]);
const flag = (value: string | undefined): boolean => value === "1" || value === "True";

function descriptorOf(row: Row): number {
  const phy = row("wlan_radio.phy");
  if (phy === PHY.ht) return htDescriptor(row);
  if (phy === PHY.vht) return vhtDescriptor(row);
  const rate = Number(row("wlan_radio.data_rate") ?? 0);
  if (rate === 0) return 0;
  if (phy === PHY.b || (phy !== PHY.a && CCK_RATES.has(rate))) {
    const short = row("wlan_radio.short_preamble");
    return FORMAT.dsss | ((2 * rate) << 4) | (short === undefined || flag(short) ? 1 << 22 : 0);
  }
  return phy === PHY.a || phy === PHY.g || phy === undefined ? FORMAT.ofdm | ((2 * rate) << 4) : 0;
}

/** Width codes of radiotap's bandwidth numbers: which part of a wider channel was used makes no difference. */
function widthOf(bandwidth: number): number {
  if (bandwidth === 1 || bandwidth === 5 || bandwidth === 6) return WIDTH.mhz40;
  if (bandwidth === 4 || bandwidth === 12 || bandwidth === 13) return WIDTH.mhz80;
  if (bandwidth === 11) return WIDTH.mhz160;
  return bandwidth >= 14 && bandwidth <= 17 ? WIDTH.mhz40 : WIDTH.mhz20;
}

function htDescriptor(row: Row): number {
  const mcs = row("wlan_radio.11n.mcs_index");
  const bandwidth = row("wlan_radio.11n.bandwidth");
  const short = row("wlan_radio.11n.short_gi");
  if (mcs === undefined || bandwidth === undefined || short === undefined) return 0;
  return (
    (flag(row("wlan_radio.11n.greenfield")) ? FORMAT.htGreenfield : FORMAT.ht) |
    (Number(mcs) << 4) |
    (widthOf(Number(bandwidth)) << 12) |
    ((flag(short) ? GUARD.short : GUARD.normal) << 15) |
    (Number(row("wlan_radio.11n.stbc_streams") ?? 0) > 0 ? 1 << 20 : 0) |
    (row("wlan_radio.11n.fec") === "1" ? 1 << 21 : 0) |
    (Number(row("wlan_radio.11n.ness") ?? 0) << 27)
  );
}

function vhtDescriptor(row: Row): number {
  const mcs = row("wlan_radio.11ac.mcs");
  const streams = row("wlan_radio.11ac.nss");
  const bandwidth = row("wlan_radio.11ac.bandwidth");
  if (mcs === undefined || streams === undefined || bandwidth === undefined) return 0;
  return (
    FORMAT.vht |
    (Number(mcs) << 4) |
    (widthOf(Number(bandwidth)) << 12) |
    ((flag(row("wlan_radio.11ac.short_gi")) ? GUARD.short : GUARD.normal) << 15) |
    ((Number(streams) - 1) << 17) |
    (flag(row("wlan_radio.11ac.stbc")) ? 1 << 20 : 0) |
    (row("wlan_radio.11ac.fec") === "1" ? 1 << 21 : 0)
  );
}
