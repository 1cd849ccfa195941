import { printableText } from "../base/text.ts";
import type { Evidence, Finding } from "../detect/finding.ts";
import { formatMac } from "../radio/mac.ts";
import { CODES, textsOf } from "./context.ts";
import type { Names } from "./names.ts";
import { counted, spanOf } from "./spans.ts";

/** What a person reads: what happened, expected against observed, what to do. Plain text, no markup. */
export interface Words {
  readonly title: string;
  readonly message: string;
}

const NODE_CHARACTERS = 32;

/** Words for a finding; the same finding and names give the same words. */
export function wordsOf(finding: Finding, names: Names): Words {
  const { title, message } = wordsOfKind(finding, names);
  const house = houseWords(finding);
  return { title, message: house === "" ? message : `${message} ${house}` };
}

function wordsOfKind(finding: Finding, names: Names): Words {
  if (finding.kind === "deauth_flood") return floodWords(finding, names);
  if (finding.kind === "unknown_device") return strangerWords(finding, names);
  return silenceWords(finding);
}

/** What the house knew when it was raised, in one or two sentences. */
function houseWords({ kind, severity, evidence }: Finding): string {
  const codes = new Set(textsOf(evidence, CODES));
  const facts = [
    ...(codes.has("nobody_home") ? ["nobody was home"] : []),
    ...(codes.has("armed_away") ? ["the alarm was armed"] : []),
    ...(codes.has("alarm_triggered") ? ["the alarm had gone off"] : []),
  ];
  const guest =
    kind === "unknown_device" && codes.has("guest_mode")
      ? [
          severity === "info"
            ? "Guest mode is on, so this is listed without a notification."
            : "It came while guest mode was on.",
        ]
      : [];
  const unusual = [
    ...(codes.has("call_unanswered") ? ["a device did not answer Home Assistant by radio"] : []),
    ...(codes.has("unexplained_burst") ? ["a device sent far more than usual without a cause"] : []),
  ];
  return [
    ...(facts.length === 0 ? [] : [`When this began, ${facts.join(" and ")}.`]),
    ...guest,
    ...(unusual.length === 0 ? [] : [`Around that time ${unusual.join(", and ")}: the details say more.`]),
  ].join(" ");
}

const numberIn = (evidence: Evidence, fact: string): number => {
  const value = evidence[fact];
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
};

const quoted = (name: string): string => `“${name}”`;

function floodWords(finding: Finding, names: Names): Words {
  if (finding.subject.kind !== "access_point") return stormWords(finding.evidence);
  const { bssid } = finding.subject;
  const network = names.network(bssid);
  const where = network === undefined ? `access point ${formatMac(bssid)}` : quoted(network);
  const harmless = finding.severity !== "critical";
  const { evidence } = finding;
  const parts = [
    cause(evidence, where),
    ...rejoined(evidence),
    amount(evidence),
    harmless
      ? "This network requires protected management frames (PMF), so your devices ignore such messages. You need not do anything."
      : CONSEQUENCE,
  ];
  return {
    title: harmless
      ? `Attempt to disconnect devices from ${where}, without effect`
      : `Devices are being forced off the Wi-Fi ${where}`,
    message: parts.join(" "),
  };
}

function cause(evidence: Evidence, where: string): string {
  if (numberIn(evidence, "forged_frames") > 0) {
    return `Somebody nearby sends “disconnect” messages in the name of ${where}.`;
  }
  return `Far too many “disconnect” messages are sent in the name of ${where}: by somebody nearby who imitates it, or by a faulty access point or device.`;
}

function amount(evidence: Evidence): string {
  const { observed, expected } = evidence;
  const clients = numberIn(evidence, "clients");
  const share = numberIn(evidence, "broadcast_share");
  const aim = share >= 0.5 || clients === 0 ? "to all devices at once" : `to ${counted(clients, "device")}`;
  const span = spanOf(numberIn(evidence, "window_seconds"));
  return `Observed: ${counted(observed, "message")} in ${span}, ${aim}. Expected: at most ${expected}, and only when an access point restarts or a device leaves.`;
}

function rejoined(evidence: Evidence): string[] {
  const rejoins = numberIn(evidence, "rejoins");
  if (rejoins === 0) return [];
  return [
    rejoins === 1 ? "A device had to connect again." : `Devices had to connect again ${rejoins} times.`,
  ];
}

const CONSEQUENCE =
  "While it lasts, cameras, alarms and locks on Wi-Fi may be offline: check them. If it comes back, turn on WPA3 or protected management frames (PMF) in the router, and connect what matters by cable.";

function stormWords(evidence: Evidence): Words {
  return {
    title: "Many Wi-Fi networks are being disturbed at once",
    message: `Observed: “disconnect” messages in the name of ${counted(evidence.observed, "access point")} at the same time. Expected: none or one. Somebody nearby disturbs Wi-Fi as a whole. While it lasts, cameras, alarms and locks on Wi-Fi may be offline: check them, and connect what matters by cable.`,
  };
}

function strangerWords(finding: Finding, names: Names): Words {
  const { evidence, subject } = finding;
  const device = subject.kind === "device" ? subject.mac : undefined;
  const name = device === undefined ? "A device" : names.device(device);
  const network = typeof evidence["network"] === "string" ? quoted(evidence["network"]) : "your Wi-Fi";
  const address = device === undefined || name === formatMac(device) ? "" : ` (${formatMac(device)})`;
  const privacy =
    evidence["randomized"] === true
      ? " Its address is a private one, as phones, tablets and laptops make up: it may be one of yours with a new address."
      : "";
  const codes = textsOf(evidence, CODES);
  const alone = codes.includes("nobody_home") && codes.includes("armed_away");
  return {
    title: `New device on ${network}${alone ? " while nobody is home" : ""}: ${name}`,
    message: `${name}${address} has joined ${network}. Observed: a device that is not known here, for ${spanOf(60 * evidence.observed)}. Expected: only devices that are known here.${privacy} If it is yours or a guest's, say on Airwarden's page that it belongs here. If nobody knows it, change the Wi-Fi password: whoever joins has it.`,
  };
}

function silenceWords(finding: Finding): Words {
  const { evidence, subject } = finding;
  const span = spanOf(60 * Math.max(1, evidence.observed));
  if (subject.kind !== "node") {
    return {
      title: "No node is heard any more",
      message: `Nothing has come from any node for ${span}; each normally reports every few seconds. Until then nothing is watched. Check the network and the power of the nodes, and whether this computer was asleep.`,
    };
  }
  const node = quoted(printableText(subject.node, NODE_CHARACTERS));
  return {
    title: `Node ${node} is silent`,
    message: `Nothing has come from node ${node} for ${span}; it normally reports every few seconds. What happens near it is not watched until it is back. Check its power and cable, then whether its Wi-Fi reaches.`,
  };
}
