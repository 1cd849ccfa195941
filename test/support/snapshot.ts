import type {
  AccessPointView,
  DeviceView,
  IncidentView,
  NodeView,
  Snapshot,
  TallyView,
} from "../../hub/expose/snapshot.ts";

export const incidentView = (changes: Partial<IncidentView> = {}): IncidentView => ({
  id: "deauth_flood-02aa00000001-1000",
  kind: "deauth_flood",
  severity: "critical",
  tier: "push",
  subject: { kind: "access_point", bssid: "02:aa:00:00:00:01", name: "Home" },
  raisedAt: 1000,
  updatedAt: 1001,
  resolvedAt: null,
  acknowledged: false,
  title: "Somebody is throwing devices off your Wi-Fi",
  message: "…",
  evidence: { observed: 40, expected: 1, unit: "frames" },
  ...changes,
});

export const nodeView = (changes: Partial<NodeView> = {}): NodeView => ({
  id: "020000000001",
  name: "hall",
  chip: "esp32c6",
  mac: "02:00:00:00:00:01",
  link: "udp",
  uplink: "wifi",
  cable: null,
  firmware: "0.1.0",
  connected: true,
  lastHeard: 1000,
  framesPerSecond: 123.4,
  frames: 1000,
  dropped: 2,
  lostMessages: 0,
  damaged: 0,
  channel: 6,
  channels: [{ channel: 6, share: 1 }],
  temperature: 41.2,
  uptime: 3600,
  clock: { source: "beacons", errorMicros: 12 },
  problem: null,
  update: { latest: null, phase: null, percent: null, problem: null },
  restartable: true,
  ...changes,
});

export const snapshotOf = (changes: Partial<Snapshot> = {}): Snapshot => ({
  version: "0.1.0",
  now: 1000,
  hub: {
    startedAt: 0,
    update: null,
    demo: false,
    mqtt: "connected",
    learning: { active: true, until: 2000, progress: 0.5, lasts: 86_400 },
    alertBudget: { perDay: 4, spent: 0 },
    homeAssistant: "connected",
    deletedEntities: 0,
    openIncidents: 0,
    framesPerSecond: 123.4,
    frames: 1000,
    damaged: 1,
    strangers: 7,
    strangerDevices: 3,
    homes: ["Home"],
    nodePort: 4729,
    nodeHosts: ["192.0.2.10"],
    nodeProblem: null,
  },
  nodes: [],
  incidents: [],
  devices: [],
  accessPoints: [],
  problems: [],
  setupProblems: [],
  channels: [],
  paired: [],
  ports: [],
  moves: [],
  quiets: [],
  house: { told: false, presence: "unknown", alarm: null, guest: null, roles: [] },
  block: { rules: [], blocked: [], guarded: [], runs: [] },
  ...changes,
});

export const tally: TallyView = {
  ...{ frames: 0, heard: 0, reconstructed: 0, uncertainty: 0, octets: 0, octetsEstimated: 0 },
  ...{ airtime: 0, airtimeReserved: 0, airtimeEstimated: 0 },
};

/** A known device of the home of which nothing has been heard. */
export const deviceView = (mac: string, changes: Partial<DeviceView> = {}): DeviceView => ({
  ...{ mac, name: null, area: null, vendor: null, randomized: mac.startsWith("02"), role: "station" },
  ...{ home: true, known: true, bssid: null, network: "Flat", firstSeen: 0, lastSeen: 999 },
  ...{ up: tally, down: tally, coverage: null, retryShare: null, airtimeShare: null, signals: [] },
  probe: { requests: 0, directed: 0, homeNames: [], otherNames: 0, fingerprint: null },
  ...{ peers: [], sameAs: null, house: { conditions: [], entities: [], notes: [] } },
  ...changes,
});

export const accessPointView = (changes: Partial<AccessPointView> = {}): AccessPointView => ({
  ...{ bssid: "02:aa:00:00:00:01", ssid: "Home", hidden: false, vendor: null, channel: 6 },
  ...{ security: "wpa2", pmf: "no", home: true, stations: 3, utilisation: 0.2 },
  ...{ firstSeen: 0, lastSeen: 999, signals: [] },
  ...changes,
});
