import type { BlockEntity, CallView } from "../../../hub/expose/snapshot/block.ts";
import type { EntityChoice } from "../../../hub/expose/snapshot/house.ts";
import type { IncidentView, Snapshot } from "../../../hub/expose/snapshot.ts";
import { accessPointView, deviceView, incidentView, nodeView, snapshotOf } from "../snapshot.ts";

export const STRANGER = "02:00:00:00:02:00";
const SCRIPT = "script.block_client";
const call: CallView = { entity: SCRIPT, turn: "on" };

/** A device about which there is an alert, and a rule that blocks it. */
export const CAMERA = "02:00:00:00:01:00";

const entityOf = (text: string) => ({
  ...{ id: "light.shelf", name: text, state: text, installing: false, busy: false },
  ...{ byHand: true, takenAway: false, answers: null },
});

const noteOf = (text: string) => ({
  ...({
    code: "unanswered",
    at: 900,
    until: 900,
    entity: text,
    service: `light.${text}`,
    delay: null,
  } as const),
  ...{ usualDelay: 0.3, calls: 12, rate: null, usual: null, coverage: 1, listened: 1 },
  origin: "stated" as const,
});

const incidents = (text: string): IncidentView[] => [
  incidentView({
    title: text,
    message: text,
    evidence: {
      ...{ observed: 1, expected: 0, unit: text, network: text },
      ...{ house_context: [text], house_notes: [text] },
    },
  }),
  incidentView({
    ...{ id: "s", kind: "unknown_device", title: text, message: `${text} Observed: ${text}` },
    subject: { kind: "device", mac: CAMERA, name: text },
  }),
];

const blockOf = (text: string): Snapshot["block"] => ({
  rules: [
    { mac: null, block: call, unblock: call, name: text, problem: text },
    { mac: STRANGER, block: call, unblock: null, name: text, problem: null },
  ],
  blocked: [{ mac: STRANGER, since: 900, by: text, undo: call }],
  guarded: [],
  runs: [
    {
      ...({ id: 1, at: 900, mac: STRANGER, name: text, change: "block", by: text, called: call } as const),
      ...({ incident: null, outcome: "failed", failure: text } as const),
    },
  ],
});

const nodesOf = (text: string): Partial<Snapshot> => ({
  nodes: [
    nodeView({ name: text, link: `/dev/serial/by-id/${text}`, problem: text }),
    nodeView({ id: "x", name: text, connected: false }),
  ],
  paired: [{ name: text, mac: null, addedAt: 0, lastHeard: null }],
  ports: [
    {
      ...({
        path: `/dev/serial/by-id/${text}`,
        label: text,
        plugged: true,
        use: "auto",
        named: false,
      } as const),
      ...({ own: false, state: "waiting", trouble: text, node: null } as const),
    },
  ],
  moves: [
    {
      ...({ node: "x", name: text, to: "wifi", network: text, hub: text, since: 900 } as const),
      ...({ state: "missing", sign: null, returns: false } as const),
    },
  ],
});

/** A home in which every name that somebody else chose is `text`. */
export function strangeHome(text: string): Snapshot {
  const { hub } = snapshotOf();
  const house = { conditions: [text], entities: [entityOf(text)], notes: [noteOf(text)] };
  const traits = { name: text, vendor: text, network: text, area: text, house };
  const roles = (["presence", "alarm", "guest"] as const).map((role) => ({
    ...{ role, choice: "light.shelf", entities: [entityOf(text)] },
  }));
  return snapshotOf({
    ...nodesOf(text),
    hub: { ...hub, homes: [text] },
    incidents: incidents(text),
    devices: [deviceView(CAMERA, traits), deviceView(STRANGER, { ...traits, known: false })],
    accessPoints: [
      accessPointView({ ssid: text, vendor: text }),
      accessPointView({ bssid: "x", ssid: text, home: false }),
    ],
    channels: [{ channel: 6, frequency: 2437, heard: 0.3, reserved: 0.2, stated: 0.9, unheard: 0.4 }],
    problems: [
      {
        ...{ id: "p", title: text, advice: text },
        choices: [{ label: text, command: { command: "test_alert" } }],
      },
    ],
    quiets: [{ identity: "deauth_flood.ap-02aa00000001", until: null, incident: incidentView().id }],
    house: { told: true, presence: "home", alarm: text, guest: false, roles },
    block: blockOf(text),
  });
}

export const strangeBlockEntities = (text: string): readonly BlockEntity[] => [
  { id: SCRIPT, name: text, mac: null },
  { id: "switch.camera", name: text, mac: CAMERA },
];

export const strangeEntities = (text: string): readonly EntityChoice[] => [{ id: "light.shelf", name: text }];
