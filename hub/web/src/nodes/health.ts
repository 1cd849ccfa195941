import type { NodeView } from "../../../expose/snapshot.ts";
import { ago, plural, sentence, share } from "../words.ts";

export interface Health {
  readonly tone: "good" | "warn" | "bad";
  readonly word: string;
  /** What is wrong and what to do, in sentences; empty while all is well. */
  readonly advice: readonly string[];
}

/** More dropped than this share of what was heard shows in figures; less is everyday. */
const DROPS = 0.02;
/** ESP32 chips are specified to 85 °C of their surroundings and some to 105 °C; the die is warmer by some 20 °C. */
const HOT = 85;

const SILENT_ADVICE = {
  wifi: "Is it powered, and does its Wi-Fi reach? A restart of the access point passes by itself within a minute.",
  cable: "Unplug it and plug it in again; another cable or port helps when it stays silent.",
  bound:
    "It is plugged in here and set to report over Wi-Fi. Is that network in its reach, and its password right? Change its Wi-Fi, or take it back to the cable.",
} as const;

const placeOf = ({ uplink, cable }: NodeView): keyof typeof SILENT_ADVICE =>
  uplink === "wifi" && cable !== null ? "bound" : uplink;

/** How a node is, as a person would say it. */
export function healthOf(node: NodeView, now: number): Health {
  if (!node.connected) {
    const word = node.lastHeard === null ? "not heard yet" : `silent, last heard ${ago(now, node.lastHeard)}`;
    const problem = node.problem === null ? [] : [sentence(node.problem)];
    return { tone: "bad", word, advice: [...problem, SILENT_ADVICE[placeOf(node)]] };
  }
  const advice: string[] = [];
  if (node.problem !== null) advice.push(sentence(node.problem));
  const dropped = node.dropped / Math.max(1, node.frames + node.dropped);
  if (dropped > DROPS) {
    advice.push(
      `It had to drop ${share(dropped)} of what it heard, because it could not send it in time. A node on USB, or a second node, catches more.`,
    );
  }
  if ((node.temperature ?? 0) > HOT) {
    advice.push(`It is ${node.temperature} °C hot: give it air, and keep it off warm devices.`);
  }
  if (node.framesPerSecond === 0) {
    advice.push("It listens but hears nothing: is its antenna connected, and Wi-Fi in use nearby?");
  }
  return advice.length === 0
    ? { tone: "good", word: "listening, all well", advice }
    : { tone: "warn", word: "listening, with a problem", advice };
}

const CLOCKS: Readonly<Record<string, string>> = {
  unix: "set to the time of day by itself",
  beacon: "kept in step by the beacons of access points",
  reply: "kept in step by questions and answers with the hub",
  arrival: "told from when its messages arrive",
  none: "not in step yet",
};

export function clockSentence({ source, errorMicros }: NodeView["clock"]): string {
  const words = CLOCKS[source] ?? `kept in step by ${source}`;
  if (errorMicros === null) return words;
  const off = errorMicros < 1000 ? `${errorMicros} µs` : `${Math.round(errorMicros / 1000)} ms`;
  return `${words}, to within ${off}`;
}

/** Where it listens, in words. */
export function channelsSentence(node: NodeView): string {
  const [first, ...others] = node.channels;
  if (first === undefined) return node.channel === null ? "not known yet" : `channel ${node.channel}`;
  if (others.length === 0) return `channel ${first.channel} all the time`;
  return node.channels.map((one) => `channel ${one.channel} ${share(one.share)} of the time`).join(", ");
}

export function lossSentence(node: NodeView): string {
  const parts = [
    `${plural(node.dropped, "frame", "frames")} dropped in the node`,
    `${plural(node.lostMessages, "message", "messages")} lost on the way`,
    `${plural(node.damaged, "message", "messages")} damaged`,
  ];
  return parts.join(", ");
}
