import { printableText } from "../../../base/text.ts";
import type { Mac, Micros } from "../../../base/units.ts";
import type { BlockView, GuardedView } from "../../../expose/snapshot/block.ts";
import type { BlockCommand } from "../../../expose/snapshot/command.ts";
import { type BlockSources, blockView, whyNot } from "../../../expose/view/block.ts";
import {
  type BlockRule,
  BlockRules,
  type BlockSubject,
  type Call,
  stateAfter,
} from "../../../house/block.ts";
import { BlockLog, type BlockRun } from "../../../house/block-log.ts";
import { formatMac, parseMac } from "../../../radio/mac.ts";
import type { Store } from "../../store.ts";
import { CallError } from "../assistant.ts";

export interface BlockingOptions {
  readonly store: Pick<Store, "blocks" | "setting" | "setSetting">;
  readonly now: () => Micros;
  readonly nameOf: (mac: Mac) => string;
  readonly guarded: () => readonly GuardedView[];
  readonly house: BlockingHouse;
  /** Something that is shown has changed. */
  readonly changed: () => void;
  /** One line for the log. */
  readonly onNotice: (line: string) => void;
  /** Time for an answer before the person is told that it takes longer. */
  readonly patienceMs?: number;
}

/** Home Assistant, as far as blocking needs it. */
export interface BlockingHouse {
  /** Why nothing can be asked of it now; undefined where it can. */
  whyNot(): string | undefined;
  entity: BlockSources["entity"];
  /** Follows these entities from now on. */
  want(entities: Iterable<string>): void;
  /** Rejects with Home Assistant's own words. */
  turn(call: Call, subject: BlockSubject): Promise<void>;
  /** Whether the entity comes into the state in time. */
  until(entity: string, state: string, patienceMs: number): Promise<boolean>;
}

const RULES = "block_rules";
const PATIENCE_MS = 20_000;
/** A router's switch is often asked again only after a while. */
const STATE_PATIENCE_MS = 15_000;
const FAILURE_CHARACTERS = 300;

const GUARDED: Readonly<Record<GuardedView["why"], string>> = {
  node: "one of Airwarden's own nodes",
  gateway: "the way out of your network: without it no device reaches the internet",
  access_point: "one of your access points: without it the devices on it have no Wi-Fi",
  host: "the machine that Home Assistant or Airwarden runs on",
};

/** Blocks devices by what the person chose in Home Assistant, and keeps who did so when. */
export class Blocking {
  readonly #options: BlockingOptions;
  readonly #rules: BlockRules;
  readonly #log = new BlockLog();

  constructor(options: BlockingOptions) {
    this.#options = options;
    const { store } = options;
    this.#rules = BlockRules.of(store.setting(RULES));
    for (const run of store.blocks.all()) this.#log.take(run);
    for (const run of this.#log.runs.filter(({ outcome }) => outcome === "running")) {
      this.#keep({ ...run, outcome: "unknown", failure: "Airwarden ended before the answer came" });
    }
    this.#want();
  }

  view(): BlockView {
    const { guarded, house } = this.#options;
    const entity = (id: string) => house.entity(id);
    return blockView({ rules: this.#rules, log: this.#log, guarded: guarded(), entity });
  }

  /** Whether a device can be blocked without a further question. */
  canBlock(mac: Mac): boolean {
    return this.#rules.for(mac) !== undefined && this.#guardOf(mac) === undefined;
  }

  /** Does what a person asked for; gives a sentence where it cannot be done. `by` is empty where nobody said who. */
  async perform(command: BlockCommand, by: string): Promise<string | undefined> {
    if (command.command === "choose_block") return this.#choose(command);
    const mac = parseMac(command.mac);
    if (mac === undefined) return "this is no address of a device";
    if (command.command === "forget_block") return this.#forget(mac, by);
    if (command.command === "unblock_device") return await this.#unblock(mac, by);
    const { incident, despite } = command;
    return await this.block({ mac, incident: incident ?? undefined, despite }, by);
  }

  async block(
    { mac, incident, despite }: { mac: Mac; incident: string | undefined; despite: boolean },
    by: string,
  ): Promise<string | undefined> {
    const rule = this.#rules.for(mac);
    if (rule === undefined) return "choose in the settings what “Block” does";
    const guard = this.#guardOf(mac);
    if (guard !== undefined && !despite) return `this is ${GUARDED[guard]}`;
    return await this.#run({ mac, incident, change: "block", rule, by });
  }

  async #unblock(mac: Mac, by: string): Promise<string | undefined> {
    const block = this.#log.blockOf(mac);
    if (block === undefined) return "this device is not blocked";
    const undo = block.undo ?? this.#rules.for(mac)?.unblock;
    if (undo === undefined) return "nothing is chosen that lets it on again: do it in Home Assistant";
    const rule: BlockRule = { block: undo, unblock: undefined };
    return await this.#run({ mac, incident: block.incident, change: "unblock", rule, by });
  }

  #forget(mac: Mac, by: string): string | undefined {
    if (this.#log.blockOf(mac) === undefined) return "this device is not blocked";
    const { nameOf, now } = this.#options;
    this.#note({
      ...{ id: this.#log.nextId(), at: now(), mac, name: nameOf(mac), change: "forget", by },
      ...{ called: undefined, undo: undefined, incident: undefined, outcome: "done", failure: undefined },
    });
    return undefined;
  }

  /** Runs one call; gives a sentence where it failed before the patience was over. */
  async #run({ mac, incident, change, rule, by }: Wanted): Promise<string | undefined> {
    const { house, now, nameOf, patienceMs = PATIENCE_MS } = this.#options;
    if (this.#log.isRunning(mac)) return "this is being done already: wait for its end";
    const problem = house.whyNot() ?? whyNot(rule.block, (id) => house.entity(id));
    if (problem !== undefined) return problem;
    const run: BlockRun = {
      ...{ id: this.#log.nextId(), at: now(), mac, name: nameOf(mac), change, by, incident },
      ...{ called: rule.block, undo: rule.unblock, outcome: "running", failure: undefined },
    };
    this.#note(run);
    const ended = this.#call(run, rule.block);
    return await Promise.race([ended, after(patienceMs)]);
  }

  async #call(run: BlockRun, call: Call): Promise<string | undefined> {
    const { house, onNotice } = this.#options;
    const { outcome, failure } = await endOf(house, call, run);
    this.#note({ ...run, outcome, failure });
    const what = `${run.change} ${formatMac(run.mac)} by ${call.entity}`;
    onNotice(failure === undefined ? `${what}: done` : `${what} failed: ${failure}`);
    return failure;
  }

  #choose({
    mac: text,
    block,
    unblock,
  }: Extract<BlockCommand, { command: "choose_block" }>): string | undefined {
    const mac = text === null ? undefined : parseMac(text);
    if (mac === undefined && text !== null) return "this is no address of a device";
    const rule = block === null ? undefined : { block, unblock: unblock ?? undefined };
    if (!this.#rules.choose(mac, rule)) return "there are too many devices with a choice of their own";
    this.#options.store.setSetting(RULES, this.#rules.text());
    this.#want();
    this.#options.changed();
    return undefined;
  }

  #guardOf(mac: Mac): GuardedView["why"] | undefined {
    const text = formatMac(mac);
    return this.#options.guarded().find((one) => one.mac === text)?.why;
  }

  #keep(run: BlockRun): void {
    this.#log.take(run);
    this.#options.store.blocks.save(run);
  }

  #note(run: BlockRun): void {
    this.#keep(run);
    this.#want();
    this.#options.changed();
  }

  /** Follows what is chosen, and what holds a device back now. */
  #want(): void {
    const chosen = this.#rules.all().flatMap(([, { block, unblock }]) => [block, unblock]);
    const standing = this.#log.blocked().flatMap(({ called, undo }) => [called, undo]);
    const calls = [...chosen, ...standing].filter((call) => call !== undefined);
    this.#options.house.want(calls.map(({ entity }) => entity));
  }
}

interface Wanted {
  readonly mac: Mac;
  readonly incident: string | undefined;
  readonly change: "block" | "unblock";
  /** What is called now, and what takes that back. */
  readonly rule: BlockRule;
  readonly by: string;
}

type End = Pick<BlockRun, "outcome" | "failure">;

/** Calls, and waits for its end; says what went wrong in Home Assistant's words where it said so. */
async function endOf(house: BlockingHouse, call: Call, run: BlockRun): Promise<End> {
  try {
    await house.turn(call, run);
  } catch (cause) {
    const failure = printableText(cause instanceof Error ? cause.message : String(cause), FAILURE_CHARACTERS);
    return { outcome: cause instanceof CallError && cause.lost ? "unknown" : "failed", failure };
  }
  const state = stateAfter(call);
  if (state === undefined || (await house.until(call.entity, state, STATE_PATIENCE_MS))) {
    return { outcome: "done", failure: undefined };
  }
  return { outcome: "failed", failure: `Home Assistant took the call, but ${call.entity} is not ${state}` };
}

const after = (ms: number): Promise<undefined> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref();
  });
