import { type Micros, toSeconds } from "../../base/units.ts";
import { type BlockRule, type BlockRules, type Call, stateAfter } from "../../house/block.ts";
import type { BlockLog, BlockRun } from "../../house/block-log.ts";
import { formatMac } from "../../radio/mac.ts";
import type { BlockedView, BlockRuleView, BlockRunView, BlockView, GuardedView } from "../snapshot/block.ts";

/** An entity as Home Assistant shows it now. */
export interface ShownEntity {
  readonly name: string;
  readonly state: string;
}

export interface BlockSources {
  readonly rules: BlockRules;
  readonly log: BlockLog;
  readonly guarded: readonly GuardedView[];
  /** Undefined where Home Assistant has no such entity; `unasked` while that is not known. */
  readonly entity: (id: string) => ShownEntity | undefined | "unasked";
}

export function blockView(sources: BlockSources): BlockView {
  const { rules, log, guarded, entity } = sources;
  return {
    rules: rules.all().map(([mac, rule]) => ({
      mac: mac === undefined ? null : formatMac(mac),
      ...ruleView(rule, entity),
    })),
    blocked: log
      .blocked()
      .filter((run) => !isLifted(run, entity))
      .map(blockedView),
    guarded,
    runs: log.runs.map(runView),
  };
}

function ruleView({ block, unblock }: BlockRule, entity: BlockSources["entity"]): Omit<BlockRuleView, "mac"> {
  const shown = entity(block.entity);
  return {
    block,
    unblock: unblock ?? null,
    name: shown === undefined || shown === "unasked" ? null : shown.name,
    problem: whyNot(block, entity) ?? (unblock === undefined ? null : whyNot(unblock, entity)) ?? null,
  };
}

/** Why an entity cannot be turned now; undefined where nothing speaks against it. */
export function whyNot({ entity }: Call, shown: BlockSources["entity"]): string | undefined {
  const found = shown(entity);
  if (found === undefined) return `Home Assistant has no ${entity}: choose another one in the settings`;
  if (found === "unasked" || found.state !== "unavailable") return undefined;
  return `${entity} is unavailable in Home Assistant just now: look there what is the matter with it`;
}

/** Somebody has turned the switch back, without Airwarden. */
function isLifted({ called, outcome }: BlockRun, entity: BlockSources["entity"]): boolean {
  const after = called === undefined ? undefined : stateAfter(called);
  const shown = called === undefined ? undefined : entity(called.entity);
  if (after === undefined || outcome === "running" || shown === undefined || shown === "unasked")
    return false;
  return (shown.state === "on" || shown.state === "off") && shown.state !== after;
}

const seconds = (time: Micros): number => toSeconds(time);

const blockedView = (run: BlockRun): BlockedView => ({
  mac: formatMac(run.mac),
  since: seconds(run.at),
  by: run.by,
  undo: run.undo ?? null,
});

const runView = (run: BlockRun): BlockRunView => ({
  id: run.id,
  at: seconds(run.at),
  mac: formatMac(run.mac),
  name: run.name,
  change: run.change,
  by: run.by,
  called: run.called ?? null,
  incident: run.incident ?? null,
  outcome: run.outcome,
  failure: run.failure ?? null,
});
