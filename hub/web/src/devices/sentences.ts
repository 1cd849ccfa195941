import type { DeviceView, TallyView } from "../../../expose/snapshot.ts";
import { count, octets, plural, share, signalWord } from "../words.ts";
import { strongest } from "./order.ts";

/** Traffic of one direction; ≈ where part of it was reconstructed, frames where their sizes are not known. */
export function traffic(tally: TallyView): string {
  const sizesUnknown = tally.octetsEstimated === 0 && tally.reconstructed > tally.heard;
  if (sizesUnknown) return `≈ ${count(tally.reconstructed)} frames`;
  return tally.octetsEstimated > tally.octets ? `≈ ${octets(tally.octetsEstimated)}` : octets(tally.octets);
}

/** How much of a device was heard, and what is done about the rest. */
export function coverageSentence(one: DeviceView): string {
  if (one.coverage === null) return "Nothing can be said yet about how much of its traffic is heard.";
  if (one.coverage > 0.95) return `Nearly all of its frames (${share(one.coverage)}) were heard and decoded.`;
  return `${share(one.coverage)} of its frames were heard and decoded. The rest was sent in ways that no node here can decode, and was counted from acknowledgements and sequence numbers.`;
}

/** How sure the count of frames is; undefined where all of them were heard. */
export function uncertaintySentence(one: DeviceView): string | undefined {
  const frames = one.up.reconstructed + one.down.reconstructed;
  const off = one.up.uncertainty + one.down.uncertainty;
  if (off === 0 || frames === 0) return undefined;
  return `${count(frames)} frames in all, give or take ${count(off)} (${share(off / frames)}).`;
}

export function signalSentence(one: DeviceView): string {
  const best = strongest(one);
  if (best === undefined) return "—";
  return signalWord(best.rssi);
}

/** What it asks for when it looks for networks. */
export function probeSentence({ probe }: DeviceView): string {
  if (probe.requests === 0) return "It has not been heard looking for networks.";
  const asked = `It looked for networks ${plural(probe.requests, "time", "times")}`;
  const named = probe.homeNames.map((name) => `“${name}”`).join(", ");
  const others =
    probe.otherNames === 0 ? "" : ` and for ${plural(probe.otherNames, "other name", "other names")}`;
  if (probe.directed === 0) return `${asked}, without naming any.`;
  if (named === "") {
    return `${asked}; ${count(probe.directed)} of them by ${plural(probe.otherNames, "name", "names")} that are not of this home.`;
  }
  return `${asked}; ${count(probe.directed)} of them by name, for ${named}${others}.`;
}
