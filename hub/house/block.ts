import { type Fields, fieldsOf, jsonOf, rowsOf, textOf } from "../base/fields.ts";
import type { Mac } from "../base/units.ts";
import { formatMac, parseMac } from "../radio/mac.ts";
import { domainOf } from "./domains.ts";

/** What keeps a device off the network, or lets it on again: an entity of Home Assistant that is turned on or off. */
export interface Call {
  readonly entity: string;
  /** A script, a scene or an automation is run by turning it on. */
  readonly turn: "on" | "off";
}

/** What "block" does, and what takes it back; undefined where nothing does. */
export interface BlockRule {
  readonly block: Call;
  readonly unblock: Call | undefined;
}

/** What a script is told of the device that is blocked. */
export interface BlockSubject {
  readonly mac: Mac;
  readonly name: string;
  /** Why; undefined where a person did it without an alert. */
  readonly incident: string | undefined;
}

/** An action of Home Assistant, ready to be asked for. */
export interface ServiceCall {
  readonly domain: string;
  readonly service: string;
  /** Undefined for a script, which is an action by itself. */
  readonly entity: string | undefined;
  readonly fields: Fields;
}

/** Domains that are turned on and off and whose state says so afterwards. */
const TURNED = ["switch", "input_boolean"];
/** Domains that only run. */
const RUN = ["script", "scene", "automation"];
export const BLOCK_DOMAINS: readonly string[] = [...RUN.slice(0, 1), ...TURNED, ...RUN.slice(1)];

const ENTITY = new RegExp(`^(${BLOCK_DOMAINS.join("|")})\\.[a-z0-9_]{1,200}$`);
/** As many devices as have entities of their own. */
const MOST_RULES = 300;

/** Whether "block" can turn this entity, or run it. */
export const canBlock = (entity: string): boolean => ENTITY.test(entity);

/** Reads a call that a person chose; undefined for anything that is none. */
export function readCall(value: unknown): Call | undefined {
  const fields = fieldsOf(value);
  const entity = textOf(fields["entity"], ENTITY);
  const { turn } = fields;
  if (entity === undefined || (turn !== "on" && turn !== "off")) return undefined;
  return turn === "on" || TURNED.includes(domainOf(entity)) ? { entity, turn } : undefined;
}

/** The action that turns it, told which device it is about. `script` is what a script is called as an action. */
export function serviceOf({ entity, turn }: Call, subject: BlockSubject, script: string): ServiceCall {
  const domain = domainOf(entity);
  const about = {
    mac: formatMac(subject.mac),
    name: subject.name,
    incident_id: subject.incident ?? "",
  };
  if (domain === "script") return { domain, service: script, entity: undefined, fields: about };
  if (domain === "automation") return { domain, service: "trigger", entity, fields: { variables: about } };
  return { domain, service: `turn_${turn}`, entity, fields: {} };
}

/** The state that the entity has once the call is done; undefined where its state says nothing about that. */
export const stateAfter = ({ entity, turn }: Call): "on" | "off" | undefined =>
  TURNED.includes(domainOf(entity)) ? turn : undefined;

/** What "block" does: for one device, or for all that have no rule of their own. */
export class BlockRules {
  readonly #own = new Map<Mac, BlockRule>();
  #general: BlockRule | undefined;

  /** What is done to a device; undefined where nobody has chosen. */
  for(mac: Mac): BlockRule | undefined {
    return this.#own.get(mac) ?? this.#general;
  }

  /** All of them; without an address the one for every other device. */
  all(): readonly (readonly [Mac | undefined, BlockRule])[] {
    const general = this.#general === undefined ? [] : [[undefined, this.#general] as const];
    return [...general, ...this.#own];
  }

  /** Chooses, or takes the choice back. False where there are too many. */
  choose(mac: Mac | undefined, rule: BlockRule | undefined): boolean {
    if (mac === undefined) this.#general = rule;
    else if (rule === undefined) this.#own.delete(mac);
    else if (this.#own.size >= MOST_RULES && !this.#own.has(mac)) return false;
    else this.#own.set(mac, rule);
    return true;
  }

  /** The rules as text, to be kept. */
  text(): string {
    const rows = this.all().map(([mac, { block, unblock }]) => ({
      mac: mac === undefined ? null : formatMac(mac),
      block,
      unblock: unblock ?? null,
    }));
    return JSON.stringify(rows);
  }

  /** The rules of such a text; what cannot be read is left out. */
  static of(text: string | undefined): BlockRules {
    const rules = new BlockRules();
    for (const row of rowsOf(jsonOf(text))) {
      const block = readCall(row["block"]);
      const mac = row["mac"] === null ? undefined : parseMac(String(row["mac"]));
      if (block === undefined || (mac === undefined && row["mac"] !== null)) continue;
      rules.choose(mac, { block, unblock: readCall(row["unblock"]) });
    }
    return rules;
  }
}
