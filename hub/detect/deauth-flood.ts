import { BoundedMap } from "../base/bounded.ts";
import { type Mac, type Micros, micros } from "../base/units.ts";
import { readReason } from "../radio/fixed.ts";
import { KIND } from "../radio/frame.ts";
import { isGroup } from "../radio/mac.ts";
import type { ManagementSighting } from "../radio/sighting.ts";
import type { House, TrackChange } from "../track/model.ts";
import { DeauthLedger, type Farewell, NO_REASON } from "./deauth-ledger.ts";
import { floodSince } from "./deauth-rules.ts";
import { FloodTally } from "./deauth-tally.ts";
import type { Detector } from "./detector.ts";
import type { Finding, Severity } from "./finding.ts";

/** Access points watched at a time; an attacker who invents more cannot push out those of the home. */
const ACCESS_POINTS = 256;
/** A flood goes on while frames come at least this often; slow ones pause for some seconds. */
const QUIET = micros(10e6);
/**
 * Decibels that a transmitter which stands still does not become louder by: fading and antennas make some 10. Fainter
 * proves nothing, misread frames are faint.
 */
const LEVEL_JUMP = 20;
/** Receptions before the usual level of an access point at a node is taken as known. */
const LEVEL_KNOWN = 20;
const NO_LEVEL = 127;
const NO_SEQUENCE = 0xffff;
/** Clients that had to join again before protection is taken as not effective. */
const REJOINS = 3;

interface Watched {
  readonly ledger: DeauthLedger;
  home: boolean;
  /** Latest distinct frame. */
  last: Micros;
  flood: FloodTally | undefined;
}

/**
 * Deauthentication and disassociation frames that the access point did not send, or not in this number: somebody
 * throws devices off the Wi-Fi. One subject per access point. Protected frames (PMF) come from a holder of the key
 * and are not counted. Decides at the frame that makes it a flood, by the rules in deauth-rules.ts.
 */
export function createDeauthFlood(): Detector {
  const watched = new BoundedMap<Mac, Watched>({ capacity: ACCESS_POINTS, protect: (one) => one.home });

  const farewell = (sighting: ManagementSighting, house: House): void => {
    const bssid = attacked(sighting, house, watched);
    if (bssid === undefined) return;
    let one = watched.get(bssid);
    if (one === undefined) {
      one = { ledger: new DeauthLedger(bssid), home: false, last: sighting.time, flood: undefined };
      watched.set(bssid, one);
    }
    one.home = house.isHome(bssid);
    const frame = frameOf(sighting, bssid, house);
    one.flood?.receive(sighting);
    if (!one.ledger.add(frame)) return;
    watched.touch(bssid);
    one.last = micros(Math.max(one.last, sighting.time));
    if (one.flood !== undefined) one.flood.add(one.ledger, one.ledger.rowAt(0));
    else if (one.home) one.flood = begin(one.ledger, sighting);
  };

  return {
    kind: "deauth_flood",
    observe(sighting, fresh, house) {
      const { kind } = sighting;
      if (kind === KIND.deauthentication || kind === KIND.disassociation) {
        if (sighting.protected || sighting.sequence === undefined) return;
        if (fresh) farewell(sighting, house);
        else watched.get(sighting.bssid)?.flood?.receive(sighting);
      } else if (fresh && isJoin(kind)) {
        const fromAp = sighting.transmitter === sighting.bssid;
        const peer = fromAp ? sighting.receiver : sighting.transmitter;
        watched.get(sighting.bssid)?.ledger.join(peer, sighting.time);
      }
    },
    change(change: TrackChange) {
      if (change.kind !== "associated") return;
      const flood = watched.get(change.association.bssid)?.flood;
      if (flood !== undefined) flood.rejoins += 1;
    },
    tick(now, house) {
      const findings: Finding[] = [];
      for (const one of watched.values()) {
        if (one.flood !== undefined && now - one.last > QUIET) one.flood = undefined;
        if (one.flood === undefined || !house.isHome(one.ledger.bssid)) continue;
        findings.push(findingOf(one.ledger.bssid, one.flood, now, house));
      }
      return findings;
    },
  };
}

/** Authentication and the four (re)association frames, whose numbers in Table 9-1 are 0 to 3. */
const isJoin = (kind: number): boolean => kind === KIND.authentication || kind <= KIND.reassociationResponse;

/**
 * The access point that the frame is aimed at or sent for. Some tools fill in address 3 wrongly, so a known access
 * point at any place counts first, then one that is already under watch; a frame whose third address is neither end
 * of it and no access point is junk.
 */
function attacked(
  sighting: ManagementSighting,
  house: House,
  watched: BoundedMap<Mac, Watched>,
): Mac | undefined {
  const { bssid, receiver, transmitter } = sighting;
  if (house.accessPoint(bssid) !== undefined) return bssid;
  if (house.accessPoint(receiver) !== undefined) return receiver;
  if (house.accessPoint(transmitter) !== undefined) return transmitter;
  if (isGroup(bssid)) return undefined;
  if (!watched.has(bssid) && watched.has(receiver)) return receiver;
  return bssid === transmitter || bssid === receiver ? bssid : undefined;
}

function frameOf(sighting: ManagementSighting, bssid: Mac, house: House): Farewell {
  const { receiver, transmitter, fixed } = sighting;
  const fromAp = receiver !== bssid;
  return {
    time: sighting.time,
    peer: fromAp ? receiver : transmitter,
    fromAp,
    group: isGroup(receiver),
    kind: sighting.kind,
    sequence: sighting.sequence ?? NO_SEQUENCE,
    retry: sighting.retry,
    reason: readReason(fixed) ?? NO_REASON,
    rssi: sighting.rssi,
    foreign: (fromAp && transmitter !== bssid) || (fromAp && jumped(sighting, bssid, house)),
  };
}

/** The frame came in far louder than this access point does at this node. */
function jumped(sighting: ManagementSighting, bssid: Mac, house: House): boolean {
  const point = house.accessPoint(bssid);
  // Beside its channel an access point is heard fainter.
  if (sighting.rssi >= 0 || point?.frequency !== sighting.frequency) return false;
  for (const signal of point.signals) {
    if (signal.node !== sighting.node || signal.frames < LEVEL_KNOWN || signal.rssi >= 0) continue;
    return sighting.rssi - signal.rssi >= LEVEL_JUMP;
  }
  return false;
}

function begin(ledger: DeauthLedger, sighting: ManagementSighting): FloodTally | undefined {
  const since = floodSince(ledger, sighting.time);
  if (since === undefined) return undefined;
  const tally = new FloodTally(since, sighting.time);
  for (let n = ledger.size - 1; n >= 0; n--) {
    const row = ledger.rowAt(n);
    if ((ledger.time[row] ?? 0) >= since) tally.adopt(ledger, row);
  }
  tally.locate(sighting);
  return tally;
}

function findingOf(bssid: Mac, flood: FloodTally, now: Micros, house: House): Finding {
  const point = house.accessPoint(bssid);
  const pmf = point?.security.pmf ?? "unknown";
  const level = point?.signals.find((signal) => signal.node === flood.loudestNode)?.rssi ?? NO_LEVEL;
  const time = flood.told ? now : flood.decided;
  flood.told = true;
  return {
    kind: "deauth_flood",
    subject: { kind: "access_point", bssid },
    time,
    since: flood.since,
    severity: severityOf(pmf, flood.rejoins),
    evidence: {
      ...flood.evidence(now),
      usual_rssi_dbm: level < 0 ? Math.round(level) : null,
      pmf,
    },
  };
}

/** Clients of a network that requires PMF throw forged frames away; unless they are seen to come back all the same. */
const severityOf = (pmf: string, rejoins: number): Severity =>
  pmf === "required" && rejoins < REJOINS ? "warning" : "critical";
