import type { Mac } from "../base/units.ts";
import { readMac } from "./mac.ts";

/**
 * Readers of the fixed fields that stand before the elements of a management frame (IEEE 802.11-2020, 9.3.3 and
 * 9.4.1), as a sighting carries them. Each gives undefined where the octets end too early, as they do when the frame
 * is protected.
 */

export interface BeaconFields {
  /** Time units of 1,024 µs. */
  readonly interval: number;
  readonly capability: number;
}

export interface AuthenticationFields {
  readonly algorithm: number;
  readonly transaction: number;
  readonly status: number;
}

export interface AssociationRequestFields {
  readonly capability: number;
  /** Beacon intervals between two awakenings. */
  readonly listenInterval: number;
  /** Where a reassociation comes from. */
  readonly currentAccessPoint: Mac | undefined;
}

export interface AssociationResponseFields {
  readonly capability: number;
  readonly status: number;
  /** Association ID 1-2007, 0 where the request was refused. */
  readonly associationId: number;
}

export interface ActionFields {
  readonly category: number;
  readonly action: number;
  /** Up to six octets that follow. */
  readonly rest: Uint8Array;
}

/** Capability Information, 9.4.1.4. */
export const CAPABILITY = { ess: 0x0001, ibss: 0x0002, privacy: 0x0010 } as const;
function u16(octets: Uint8Array, offset: number): number {
  return (octets[offset] ?? 0) | ((octets[offset + 1] ?? 0) << 8);
}

export function readBeacon(fixed: Uint8Array): BeaconFields | undefined {
  return fixed.length < 4 ? undefined : { interval: u16(fixed, 0), capability: u16(fixed, 2) };
}

export function readAuthentication(fixed: Uint8Array): AuthenticationFields | undefined {
  if (fixed.length < 6) return undefined;
  return { algorithm: u16(fixed, 0), transaction: u16(fixed, 2), status: u16(fixed, 4) };
}

export function readAssociationRequest(fixed: Uint8Array): AssociationRequestFields | undefined {
  if (fixed.length < 4) return undefined;
  return {
    capability: u16(fixed, 0),
    listenInterval: u16(fixed, 2),
    currentAccessPoint: fixed.length < 10 ? undefined : readMac(fixed, 4),
  };
}

/** The two highest bits of the AID field are always set (9.4.1.8). */
export function readAssociationResponse(fixed: Uint8Array): AssociationResponseFields | undefined {
  if (fixed.length < 6) return undefined;
  return { capability: u16(fixed, 0), status: u16(fixed, 2), associationId: u16(fixed, 4) & 0x3fff };
}

/** Reason code of a deauthentication or disassociation; words for it in reasons.ts. */
export function readReason(fixed: Uint8Array): number | undefined {
  return fixed.length < 2 ? undefined : u16(fixed, 0);
}

export function readAction(fixed: Uint8Array): ActionFields | undefined {
  const [category, action] = fixed;
  if (category === undefined || action === undefined) return undefined;
  return { category, action, rest: fixed.subarray(2) };
}
