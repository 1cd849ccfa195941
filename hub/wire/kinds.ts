/** Numbers of the node protocol (firmware/PROTOCOL.md, 1, 7 and 8). */

/** The protocol version spoken here. */
export const PROTOCOL = 1;

/** What a node says in the same way in every version, so that one that is far behind can still be updated. */
export const LASTING: ReadonlySet<string> = new Set(["hello", "log", "result"]);

/** Message kinds, node to hub. */
export const NODE_KIND = {
  hello: 1,
  frames: 2,
  heartbeat: 3,
  dwell: 4,
  log: 5,
  time_reply: 6,
  result: 7,
  elements: 8,
  totals: 9,
} as const;

/** Message kinds, hub to node. */
export const HUB_KIND = {
  welcome: 64,
  time_request: 65,
  plan: 66,
  siblings: 67,
  configure: 68,
  update_begin: 69,
  update_chunk: 70,
  update_end: 71,
  restart: 72,
  identify: 73,
  factory_reset: 74,
} as const;

/** Bits of the capabilities in hello. */
export const CAPABILITY = {
  unixTime: 0x01,
  fiveGigahertz: 0x02,
  canHop: 0x04,
  canUpdate: 0x08,
  blockAckBitmaps: 0x10,
  ppduLength: 0x20,
  wentBack: 0x40,
} as const;

export const RESET_REASON = {
  unknown: 0,
  powerOn: 1,
  software: 2,
  panic: 3,
  watchdog: 4,
  brownout: 5,
  deepSleep: 6,
  update: 7,
} as const;

export const RESULT = {
  done: 0,
  unknownCommand: 1,
  badArgument: 2,
  notNow: 3,
  verificationFailed: 4,
  storageFailed: 5,
  notAuthorised: 6,
} as const;

/** Classes of frames that totals count: of one transmitter, one receiver, all others, one sibling. */
export const THINNED = { beacons: 0, acknowledgements: 1, others: 2, siblings: 3 } as const;

export const U8 = 0xff;
export const U16 = 0xffff;
export const U32 = 0xffff_ffff;
/** u64 fields are times and counters that stay below 2^53, where numbers are exact; more is damage. */
export const U64 = Number.MAX_SAFE_INTEGER;

/** Most octets of a message: what the serial link carries with CRC and stuffing. */
export const MESSAGE_OCTETS = 4075;
