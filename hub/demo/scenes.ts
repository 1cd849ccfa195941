import { KIND } from "../radio/frame.ts";
import { BROADCAST } from "../radio/mac.ts";
import type { Eapol } from "../radio/sighting.ts";
import type { Air, Talker } from "./air.ts";
import { ATTACKER, HOME } from "./cast.ts";
import type { Dice } from "./dice.ts";
import { ssidOf, stationElements } from "./elements.ts";
import { ack, Counter, data, HT_MCS7, management, OFDM_6 } from "./frames.ts";
import { Chatter, Exchange, type Joining } from "./talkers.ts";

const SECOND = 1e6;
/** Reason 7: class 3 frame from a station that is not associated; what the usual tools send. */
const REASON = Uint8Array.of(7, 0);
const CAPABILITY = [0x31, 0x04];
const KEY_INFORMATION = [0x008a, 0x010a, 0x13ca, 0x030a] as const;

/** A station joins the home network, proves the password, and stays to chat. */
export class Join implements Talker {
  due: number;
  readonly #joining: Joining;

  constructor(joining: Joining, at: number) {
    this.#joining = joining;
    this.due = at;
  }

  talk(air: Air): void {
    this.#authenticate(air);
    this.#associate(air);
    for (let message = 0; message < 4; message++) this.#prove(air, message);
    air.leave(this);
    air.enter(new Chatter(this.#joining, air.now));
  }

  #authenticate(air: Air): void {
    this.#management(air, { kind: KIND.authentication, up: true, fixed: [0, 0, 1, 0, 0, 0] });
    this.#management(air, { kind: KIND.authentication, up: false, fixed: [0, 0, 2, 0, 0, 0] });
  }

  #associate(air: Air): void {
    const block = stationElements(KIND.associationRequest, 5);
    air.teach(KIND.associationRequest & 0x0f, block);
    const asked = { ssid: ssidOf(HOME), elements: block.hash };
    this.#management(air, { kind: KIND.associationRequest, up: true, fixed: [...CAPABILITY, 10, 0], asked });
    this.#management(air, {
      kind: KIND.associationResponse,
      up: false,
      fixed: [...CAPABILITY, 0, 0, 9, 0xc0],
    });
  }

  #management(
    air: Air,
    frame: { kind: number; up: boolean; fixed: number[]; asked?: { ssid: Uint8Array; elements: number } },
  ): void {
    const { device, up, down } = this.#joining;
    const { bssid, frequency, place } = HOME;
    const row = management({
      ...{ kind: frame.kind, bssid, frequency, length: frame.asked === undefined ? 42 : 148, phy: OFDM_6 },
      from: frame.up ? device.mac : bssid,
      to: frame.up ? bssid : device.mac,
      sequence: (frame.up ? up : down).next(),
      fields: { fixed: Uint8Array.from(frame.fixed), ...frame.asked },
    });
    air.send({ from: frame.up ? device.place : place, row }, 120);
    const answer = ack(frame.up ? device.mac : bssid, frequency);
    air.send({ from: frame.up ? place : device.place, row: answer }, 28);
  }

  #prove(air: Air, message: number): void {
    const { device, up: own, down } = this.#joining;
    const up = message % 2 === 1;
    const eapol: Eapol = {
      packetType: 3,
      keyInformation: KEY_INFORMATION[message] ?? 0,
      replayCounter: BigInt(1 + (message >> 1)),
      pmkid: false,
      nonce: message < 3,
    };
    const { bssid, frequency } = HOME;
    const row = data({
      ...{ station: device.mac, bssid, frequency, up, peer: bssid, phy: HT_MCS7, length: 180 },
      sequence: (up ? own : down).next(),
      fields: { eapol },
    });
    air.send({ from: up ? device.place : HOME.place, row }, 90);
    air.send({ from: up ? HOME.place : device.place, row: ack(up ? device.mac : bssid, frequency) }, 28);
  }
}

/** Forged farewells in the access point's name, to everybody, as fast as the tools send them. */
export class Flood implements Talker {
  due: number;
  readonly #counter: Counter;
  readonly #dice: Dice;
  #until: number;
  readonly #lasts: number;
  readonly #every: number;

  constructor(dice: Dice, plan: { first: number; lasts: number; every: number }) {
    this.#dice = dice;
    this.#counter = new Counter(dice.whole(0, 4095));
    this.due = plan.first;
    this.#until = plan.first + plan.lasts;
    this.#lasts = plan.lasts;
    this.#every = plan.every;
  }

  talk(air: Air): void {
    const { bssid, frequency } = HOME;
    const row = management({
      ...{ kind: KIND.deauthentication, from: bssid, to: BROADCAST, bssid, frequency, length: 30 },
      sequence: this.#counter.next(),
      fields: { fixed: REASON },
    });
    air.send({ from: ATTACKER, row }, 430);
    this.due = air.now + this.#dice.between(0.01, 0.03) * SECOND;
    if (this.due < this.#until) return;
    this.due = this.#until - this.#lasts + this.#every;
    this.#until = this.due + this.#lasts;
  }
}

/** Asked over the network, a device is sent the command, and says what has become of it. */
export class Answer implements Talker {
  due: number;
  readonly #exchange: Exchange;
  #asked = false;

  constructor(joining: Joining, at: number) {
    this.#exchange = new Exchange(joining);
    this.due = at + joining.dice.between(0.01, 0.05) * SECOND;
  }

  talk(air: Air): void {
    this.#exchange.send(air, this.#asked, this.#asked ? 2 : 1);
    if (this.#asked) air.leave(this);
    this.#asked = true;
    this.due = air.now + 0.15 * SECOND;
  }
}

/** A device sends as fast as it can: as one that is misused would. */
export class Upload implements Talker {
  due: number;
  readonly #exchange: Exchange;
  readonly #until: number;

  constructor(joining: Joining, { from, until }: { readonly from: number; readonly until: number }) {
    this.#exchange = new Exchange(joining);
    this.due = from;
    this.#until = until;
  }

  talk(air: Air): void {
    this.#exchange.send(air, true, 3);
    this.due = air.now + 0.1 * SECOND;
    if (this.due >= this.#until) air.leave(this);
  }
}
