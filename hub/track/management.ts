import type { Micros } from "../base/units.ts";
import { readReason } from "../radio/fixed.ts";
import { KIND } from "../radio/frame.ts";
import { isGroup } from "../radio/mac.ts";
import type { ManagementSighting } from "../radio/sighting.ts";
import type { Exchanges } from "./count/exchanges.ts";
import type { Reconstruction } from "./count/reconstruct.ts";
import type { Identity } from "./identity/identity.ts";
import type { AccessPoints } from "./known/access-points.ts";
import type { Associations } from "./known/associations.ts";
import type { Devices } from "./known/devices.ts";
import type { ElementStore } from "./known/element-store.ts";
import type { Peers } from "./known/peers.ts";
import { probed } from "./known/probes.ts";
import type { Ending } from "./known/station.ts";
import type { Row } from "./row.ts";

export interface Rooms {
  readonly devices: Devices;
  readonly accessPoints: AccessPoints;
  readonly associations: Associations;
  readonly elements: ElementStore;
  readonly peers: Peers;
  readonly identity: Identity;
  readonly exchanges: Exchanges;
  readonly reconstruction: Reconstruction;
}

/** What a management or EAPOL frame, first reception, changes in what is known. */
export function learn(rooms: Rooms, row: Row, sighting: ManagementSighting): void {
  const { transmitter } = row;
  if (transmitter === undefined) return;
  switch (sighting.kind) {
    case KIND.beacon:
    case KIND.probeResponse:
      if (sighting.bssid !== sighting.transmitter) return;
      rooms.accessPoints.announced(rooms.accessPoints.of(transmitter, row.time), sighting);
      return;
    case KIND.probeRequest:
      if (transmitter.role === "unknown") transmitter.role = "station";
      probed(transmitter, sighting, rooms);
      return;
    case KIND.associationResponse:
    case KIND.reassociationResponse:
      associated(rooms, row, sighting);
      return;
    case KIND.authentication:
      if (sighting.receiver === sighting.bssid) {
        rooms.associations.restarted(transmitter, sighting.bssid, row.time);
      }
      return;
    case KIND.deauthentication:
    case KIND.disassociation:
      parted(rooms, row, sighting);
      return;
    default:
      if (sighting.eapol !== undefined) keyed(rooms, row, sighting);
  }
}

/** (Re)association response: capability, status, AID (IEEE 802.11-2020, 9.3.3.6). */
function associated(rooms: Rooms, row: Row, sighting: ManagementSighting): void {
  const { transmitter, receiver } = row;
  const { fixed } = sighting;
  if (fixed.length < 4 || fixed[2] !== 0 || fixed[3] !== 0) return;
  if (transmitter === undefined || receiver === undefined) return;
  if (sighting.bssid !== sighting.transmitter) return;
  const accessPoint = rooms.accessPoints.of(transmitter, row.time);
  rooms.associations.accepted(receiver, accessPoint, row.time);
}

/** EAPOL packet type 3 is EAPOL-Key (IEEE 802.1X-2020, 11.3.2): the access point has let the station in as far as keys. */
function keyed(rooms: Rooms, row: Row, sighting: ManagementSighting): void {
  const { transmitter, receiver } = row;
  if (sighting.eapol?.packetType !== 3 || transmitter === undefined || receiver === undefined) return;
  const down = sighting.bssid === sighting.transmitter;
  const bssStation = down ? transmitter : receiver;
  if (sighting.bssid !== bssStation.mac) return;
  const accessPoint = rooms.accessPoints.of(bssStation, row.time);
  rooms.associations.keyed(down ? receiver : transmitter, accessPoint, row.time);
}

function parted(rooms: Rooms, row: Row, sighting: ManagementSighting): void {
  const { bssid } = sighting;
  const down = sighting.transmitter === bssid;
  const station = down ? row.receiver : row.transmitter;
  if (station !== undefined) rooms.associations.parted(station, bssid, ending(row.time, sighting, down));
  else if (isGroup(sighting.receiver)) rooms.associations.partedAll(bssid, ending(row.time, sighting, down));
}

function ending(time: Micros, sighting: ManagementSighting, down: boolean): Ending {
  const sentAway = sighting.kind === KIND.deauthentication ? "deauthenticated" : "disassociated";
  return {
    time,
    end: down ? sentAway : "left",
    reason: readReason(sighting.fixed),
  };
}
