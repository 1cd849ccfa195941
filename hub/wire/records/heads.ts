import { FLAG, NO_ADDRESS, NO_QOS } from "../../radio/batch.ts";
import { isData, isManagement, KIND, kindOf } from "../../radio/frame.ts";
import type { RecordCursor } from "./cursor.ts";

/** Flags of a record that are its own; the columns take only FLAG's low four of them (PROTOCOL.md, 2.1). */
export const RECORD = { length: 0x10, phy: 0x20, channel: 0x40, reserved: 0x80, columns: 0x0f } as const;
/** Bits that the form of a head with a header may have. */
const FORMS = FLAG.fourthAddress | FLAG.blockAck;
/** Heads of one message. */
export const HEADS = 255;
/** Subtype bit of the data frames that carry a QoS control field (IEEE 802.11-2020, 9.2.4.1.3). */
export const QOS_SUBTYPE = 0x80;

/** Heads with what the last record of each said; columns like those of a batch. */
export class HeadTable {
  count = 0;
  readonly form = new Uint8Array(HEADS);
  readonly fc = new Uint16Array(HEADS);
  readonly duration = new Uint16Array(HEADS);
  readonly a1 = new Uint8Array(HEADS);
  readonly a2 = new Uint8Array(HEADS);
  readonly a3 = new Uint8Array(HEADS);
  readonly a4 = new Uint8Array(HEADS);
  readonly qos = new Uint16Array(HEADS);
  /** 1 where the records carry a sequence control field. */
  readonly numbered = new Uint8Array(HEADS);
  readonly length = new Uint16Array(HEADS);
  readonly phy = new Uint32Array(HEADS);
  readonly sequence = new Uint16Array(HEADS);
  readonly start = new Uint16Array(HEADS);

  clear(): void {
    this.count = 0;
  }

  /** Reads the definition of the next head; false where it breaks the protocol. */
  define(cursor: RecordCursor, addresses: number): boolean {
    const head = this.count;
    const form = cursor.u8();
    this.count = head + 1;
    this.#blank(head, form);
    if (form === FLAG.headerless) return true;
    if ((form & ~FORMS) !== 0) return false;
    const fc = cursor.u16();
    const kind = kindOf(fc);
    const numbered = isData(fc) || isManagement(fc);
    this.fc[head] = fc;
    this.duration[head] = cursor.u16();
    this.a1[head] = addressRow(cursor, addresses);
    if (kind !== KIND.cts && kind !== KIND.ack) this.a2[head] = addressRow(cursor, addresses);
    if (numbered) this.a3[head] = addressRow(cursor, addresses);
    if ((form & FLAG.fourthAddress) !== 0) this.a4[head] = addressRow(cursor, addresses);
    this.numbered[head] = numbered ? 1 : 0;
    if (isData(fc) && (fc & QOS_SUBTYPE) !== 0) this.qos[head] = cursor.u8();
    if ((form & FLAG.blockAck) === 0) return true;
    this.qos[head] = cursor.u16();
    return kind === KIND.blockAck || kind === KIND.blockAckRequest;
  }

  /** A head that says nothing yet. */
  #blank(head: number, form: number): void {
    this.form[head] = form;
    this.fc[head] = 0;
    this.duration[head] = 0;
    this.a1[head] = NO_ADDRESS;
    this.a2[head] = NO_ADDRESS;
    this.a3[head] = NO_ADDRESS;
    this.a4[head] = NO_ADDRESS;
    this.qos[head] = NO_QOS;
    this.numbered[head] = 0;
    this.sequence[head] = 0;
    this.start[head] = 0;
  }
}

/** A row of the address table; fails on one outside. */
function addressRow(cursor: RecordCursor, addresses: number): number {
  const index = cursor.u8();
  if (index >= addresses) cursor.fail();
  return index;
}
