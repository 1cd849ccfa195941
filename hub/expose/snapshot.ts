import type { BlockView } from "./snapshot/block.ts";
import type { PageCommand } from "./snapshot/command.ts";
import type { DeviceHouseView, HouseView } from "./snapshot/house.ts";
import type { MoveView } from "./view/move.ts";
import type { PortView } from "./view/port.ts";

/**
 * The read model: all that the page, the MQTT entities and `/metrics` show, as plain JSON. Times are seconds since
 * the Unix epoch, airtime is in microseconds, addresses are `aa:bb:cc:dd:ee:ff`. Text from strangers (SSIDs, host
 * names) has been made printable and bounded; it still has to be escaped for the medium.
 */
export interface Snapshot {
  readonly version: string;
  readonly now: number;
  readonly hub: HubView;
  readonly nodes: readonly NodeView[];
  readonly incidents: readonly IncidentView[];
  readonly devices: readonly DeviceView[];
  readonly accessPoints: readonly AccessPointView[];
  readonly problems: readonly ProblemView[];
  /** Problems that have lasted, those of nodes among them: told outside of the page as well. */
  readonly setupProblems: readonly SetupProblemView[];
  readonly channels: readonly ChannelView[];
  /** Nodes that have a key of their own, so that they may report over Wi-Fi. */
  readonly paired: readonly PairedView[];
  /** Nodes that were told to report another way, and how far they are. */
  readonly moves: readonly MoveView[];
  /** Serial ports that are plugged in, and those that were named and are not. */
  readonly ports: readonly PortView[];
  /** What a person has called normal, or put off. */
  readonly quiets: readonly QuietView[];
  readonly house: HouseView;
  readonly block: BlockView;
}

export interface HubView {
  readonly startedAt: number;
  /** Versions of the app, as the Supervisor knows them; null without one. */
  readonly update: { readonly installed: string; readonly latest: string } | null;
  readonly demo: boolean;
  readonly mqtt: "connected" | "connecting" | "refused" | "off";
  readonly learning: LearningView;
  /** Warnings that may interrupt somebody within 24 hours, and those that did in the last ones. */
  readonly alertBudget: { readonly perDay: number; readonly spent: number };
  /** Home Assistant over its WebSocket; `off`: nobody has said where it is. */
  readonly homeAssistant: "connected" | "connecting" | "refused" | "off";
  /** Entities that a person deleted in Home Assistant: they stay away until they are restored. */
  readonly deletedEntities: number;
  readonly openIncidents: number;
  /** Frames a second over the last few seconds, all nodes. */
  readonly framesPerSecond: number;
  readonly frames: number;
  readonly damaged: number;
  /** Strangers' addresses: counted, not recorded. */
  readonly strangers: number;
  /** Devices that the strangers' addresses lately heard seem to be: a guess. */
  readonly strangerDevices: number;
  readonly homes: readonly string[];
  /** UDP port that nodes report to over Wi-Fi, as they see it; null while none is open to them. */
  readonly nodePort: number | null;
  /** Addresses of the hub as nodes see it, the likeliest first; empty where they are not known. */
  readonly nodeHosts: readonly string[];
  /**
   * Why nodes cannot reach it: it was not asked to listen, the port is closed in the app's configuration, or it
   * listens to this machine alone.
   */
  readonly nodeProblem: "off" | "closed" | "this_machine" | null;
}

/** While the hub learns, devices that join are taken as the home's own. */
export interface LearningView {
  readonly active: boolean;
  /** Null until it has begun. */
  readonly until: number | null;
  /** 0-1. */
  readonly progress: number;
  /** Seconds that a phase lasts. */
  readonly lasts: number;
}

export interface NodeView {
  readonly id: string;
  readonly name: string;
  readonly chip: string;
  readonly mac: string | null;
  /** What it reports over: `udp:` and its address over Wi-Fi, else the path of its cable. */
  readonly link: string;
  /** What it is set to report over. */
  readonly uplink: "cable" | "wifi";
  /** Serial port that it is on now, whatever it reports over; null where it is on none. */
  readonly cable: string | null;
  readonly firmware: string;
  readonly connected: boolean;
  readonly lastHeard: number | null;
  readonly framesPerSecond: number;
  readonly frames: number;
  readonly dropped: number;
  readonly lostMessages: number;
  readonly damaged: number;
  readonly channel: number | null;
  readonly channels: readonly { readonly channel: number; readonly share: number }[];
  readonly temperature: number | null;
  readonly uptime: number | null;
  readonly clock: { readonly source: string; readonly errorMicros: number | null };
  /** Set when it needs attention: `needs an update`, `wrong key`, … */
  readonly problem: string | null;
  readonly update: NodeUpdateView;
  /** False for a program on a computer: it is restarted there. */
  readonly restartable: boolean;
}

/** Firmware of a node: what it could have, and the update that runs or ran last. */
export interface NodeUpdateView {
  /** Version that it can be given over its link; null where there is none for it. The same as its own: up to date. */
  readonly latest: string | null;
  /** Null: nobody has asked for an update. `trial`: it runs and has yet to prove itself. */
  readonly phase: "sending" | "starting" | "trial" | "done" | "failed" | null;
  /** 0 to 100 of the image sent. */
  readonly percent: number | null;
  /** Why it failed. */
  readonly problem: string | null;
}

export interface IncidentView {
  readonly id: string;
  readonly kind: string;
  readonly severity: "info" | "warning" | "critical";
  readonly tier: "push" | "digest";
  readonly subject: SubjectView;
  readonly raisedAt: number;
  readonly updatedAt: number;
  readonly resolvedAt: number | null;
  readonly acknowledged: boolean;
  readonly title: string;
  readonly message: string;
  readonly evidence: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
}

export interface SubjectView {
  readonly kind: string;
  readonly mac?: string;
  readonly bssid?: string;
  readonly ssid?: string;
  readonly name?: string;
}

export interface TallyView {
  readonly frames: number;
  readonly heard: number;
  readonly reconstructed: number;
  readonly uncertainty: number;
  readonly octets: number;
  readonly octetsEstimated: number;
  readonly airtime: number;
  readonly airtimeReserved: number;
  /** Of frames that were neither decoded nor in reserved air, at the device's own pace. */
  readonly airtimeEstimated: number;
}

export interface DeviceView {
  readonly mac: string;
  readonly name: string | null;
  readonly area: string | null;
  readonly vendor: string | null;
  readonly randomized: boolean;
  readonly role: string;
  readonly home: boolean;
  readonly known: boolean;
  readonly bssid: string | null;
  readonly network: string | null;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly up: TallyView;
  readonly down: TallyView;
  /** Heard share of what was sent, 0-1; null while nothing can be said. */
  readonly coverage: number | null;
  readonly retryShare: number | null;
  /** Share of the air it took over the last minute, 0-1; null while unknown. */
  readonly airtimeShare: number | null;
  readonly signals: readonly { readonly node: string; readonly rssi: number; readonly lastHeard: number }[];
  readonly probe: {
    readonly requests: number;
    readonly directed: number;
    readonly homeNames: readonly string[];
    readonly otherNames: number;
    readonly fingerprint: string | null;
  };
  readonly peers: readonly {
    readonly mac: string;
    readonly mpdus: number;
    readonly octets: number;
    readonly lastSeen: number;
  }[];
  readonly sameAs: SameDeviceView | null;
  readonly house: DeviceHouseView;
}

/** Other addresses of the home that are, or seem to be, the same device. */
export interface SameDeviceView {
  readonly macs: readonly string[];
  /** A person said so; else it is a guess that decides nothing. */
  readonly byHand: boolean;
  /** 0-1. */
  readonly confidence: number;
}

/** The air of one channel over the last minute: shares of the time that somebody listened, 0-1. */
export interface ChannelView {
  readonly channel: number | null;
  readonly frequency: number;
  readonly heard: number;
  /** Reserved for frames that nobody here could decode. */
  readonly reserved: number;
  /** Busy as the access points state it. */
  readonly stated: number | null;
  /** Stated beyond what is accounted for: nobody here could hear it. */
  readonly unheard: number | null;
}

export interface AccessPointView {
  readonly bssid: string;
  readonly ssid: string | null;
  readonly hidden: boolean;
  readonly vendor: string | null;
  readonly channel: number | null;
  readonly security: string;
  readonly pmf: string;
  readonly home: boolean;
  readonly stations: number | null;
  readonly utilisation: number | null;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly signals: readonly { readonly node: string; readonly rssi: number; readonly lastHeard: number }[];
}

export interface PairedView {
  readonly name: string;
  /** Null until the node has proved its key. */
  readonly mac: string | null;
  readonly addedAt: number;
  readonly lastHeard: number | null;
}

export interface QuietView {
  /** Detector and subject. */
  readonly identity: string;
  /** Null: for good ("this is normal"). */
  readonly until: number | null;
  /** The incident that was answered so; null where it is no longer among the recent ones. */
  readonly incident: string | null;
}

/** Something the person can put right: no broker, no node heard, a wrong key. */
export interface ProblemView {
  readonly id: string;
  readonly title: string;
  readonly advice: string;
  /** Answers that the person can give at once. */
  readonly choices?: readonly { readonly label: string; readonly command: PageCommand }[];
}

/** The same in Home Assistant: without answers that it could not give. */
export type SetupProblemView = Pick<ProblemView, "id" | "title" | "advice">;
