/** Frame control field, IEEE 802.11-2020, 9.2.4.1. The `fc` column holds it little-endian as on the air. */

export const TYPE = { management: 0, control: 1, data: 2, extension: 3 } as const;

/** Type in bits 4-5, subtype in bits 0-3: one small number per kind of frame (Table 9-1). */
export const KIND = {
  associationRequest: 0x00,
  associationResponse: 0x01,
  reassociationRequest: 0x02,
  reassociationResponse: 0x03,
  probeRequest: 0x04,
  probeResponse: 0x05,
  timingAdvertisement: 0x06,
  beacon: 0x08,
  atim: 0x09,
  disassociation: 0x0a,
  authentication: 0x0b,
  deauthentication: 0x0c,
  action: 0x0d,
  actionNoAck: 0x0e,
  trigger: 0x12,
  beamformingReport: 0x14,
  ndpAnnouncement: 0x15,
  controlFrameExtension: 0x16,
  controlWrapper: 0x17,
  blockAckRequest: 0x18,
  blockAck: 0x19,
  psPoll: 0x1a,
  rts: 0x1b,
  cts: 0x1c,
  ack: 0x1d,
  cfEnd: 0x1e,
  cfEndAck: 0x1f,
  data: 0x20,
  nullData: 0x24,
  qosData: 0x28,
  qosNull: 0x2c,
} as const;

export const FC = {
  toDs: 0x0100,
  fromDs: 0x0200,
  moreFragments: 0x0400,
  retry: 0x0800,
  powerManagement: 0x1000,
  moreData: 0x2000,
  protected: 0x4000,
  order: 0x8000,
} as const;

export const kindOf = (fc: number): number => ((fc & 0x0c) << 2) | ((fc >> 4) & 0x0f);
export const typeOf = (fc: number): number => (fc >> 2) & 3;
export const isData = (fc: number): boolean => (fc & 0x0c) === 0x08;
export const isControl = (fc: number): boolean => (fc & 0x0c) === 0x04;
export const isManagement = (fc: number): boolean => (fc & 0x0c) === 0;
/** A data frame that can carry an MSDU: not a (QoS) Null and not one of the CF variants without data. */
export const carriesMsdu = (fc: number): boolean => (fc & 0x0c) === 0x08 && (fc & 0x40) === 0;
