import { join } from "node:path";
import process from "node:process";
import { micros } from "../../hub/base/units.ts";
import { captureReader } from "../../hub/edge/replay/node-program.ts";
import { Identity } from "../../hub/track/identity/identity.ts";
import type { IdentityRules } from "../../hub/track/identity/rules.ts";
import { capturesFolder } from "../support/captures.ts";
import { ROOT } from "../support/program.ts";
import { type Agreement, agreement } from "./identity/measure.ts";
import { airOf, type LabelledProbe, type Phone, phonesIn } from "./identity/phones.ts";
import { type BenchRow, tableOf } from "./rows.ts";

/**
 * How well several addresses are recognised as one device, on recordings of labelled phones merged into one air:
 * `npm run bench:identity [FOLDER…]`. Further folders of recordings with one phone a file name are judged as they are.
 */
const TURNS = [0, 1, 2, 3, 4];
/** V-measure that the mean over all turns has to reach. */
const LIMITS = { many: 0.95, identical: 0.9 };
/** What half of the phones may choose from, the most cautious first: of equals it is taken. */
const GRID: readonly Partial<IdentityRules>[] = [-1, -2, -3].flatMap((newcomer) =>
  [6, 4, 2].flatMap((kin) => [0.5, 1, 2].map((unknown) => ({ newcomer, kin, unknown }))),
);

type Method = (air: readonly LabelledProbe[]) => (string | number)[];

/** By fingerprint alone, each address by the last it told. */
function byFingerprint(of: (probe: LabelledProbe) => number): Method {
  return (air) => {
    const told = new Map<number, number>();
    for (const probe of air) if (of(probe) !== 0) told.set(probe.sighting.transmitter, of(probe));
    return air.map((probe) => told.get(probe.sighting.transmitter) ?? "none");
  };
}

function byIdentity(rules: Partial<IdentityRules> = {}): Method {
  return (air) => {
    const identity = new Identity({ rules });
    for (const { sighting, fingerprint, family } of air) identity.probed(sighting, fingerprint, family);
    identity.tick(micros(Number.POSITIVE_INFINITY));
    return air.map(({ sighting }) => identity.of(sighting.transmitter)?.id ?? "none");
  };
}

const METHODS: readonly (readonly [string, Method])[] = [
  ["Kismet's list", byFingerprint((probe) => probe.kismet)],
  ["fingerprint alone", byFingerprint((probe) => probe.fingerprint)],
  ["identity", byIdentity()],
];

function judge(phones: readonly Phone[], method: Method): Agreement[] {
  return TURNS.map((turn) => {
    const air = airOf(phones, turn);
    return agreement(
      air.map((probe) => probe.phone),
      method(air),
    );
  });
}

const mean = (all: readonly Agreement[], figure: keyof Agreement): number =>
  all.reduce((sum, one) => sum + one[figure], 0) / all.length;

function rowOf(name: string, phones: readonly Phone[], method: Method): BenchRow {
  const judged = judge(phones, method);
  const frames = phones.reduce((sum, { probes }) => sum + probes.length, 0);
  return {
    name,
    ...{ phones: phones.length, probes: frames, clusters: mean(judged, "clusters") },
    ...{ homogeneity: mean(judged, "homogeneity"), completeness: mean(judged, "completeness") },
    ...{ V: mean(judged, "v"), worst: Math.min(...judged.map(({ v }) => v)) },
  };
}

/** Model of a phone: several of one model differ in the letter behind the dash. */
const modelOf = ({ name }: Phone): string => name.replace(/-[A-Z]$/, "");

/** The first phone of each model. */
const oneOfEach = (phones: readonly Phone[]): Phone[] =>
  phones.filter((phone, i) => phones.findIndex((other) => modelOf(other) === modelOf(phone)) === i);

/** Rules that suit one half best, judged on the other. */
function crossValidated(name: string, phones: readonly Phone[]): BenchRow[] {
  const halves = [0, 1].map((half) => phones.filter((_phone, i) => i % 2 === half));
  return halves.map((fitted, half) => {
    let best: { rules: Partial<IdentityRules>; v: number } | undefined;
    for (const rules of GRID) {
      const v = mean(judge(fitted, byIdentity(rules)), "v");
      if (best === undefined || v > best.v + 1e-9) best = { rules, v };
    }
    const rules = best?.rules ?? {};
    const fit = Object.entries(rules).map(([rule, value]) => `${rule} ${value}`);
    const label = `${name}: identity, fitted on the other half (${fit.join(", ")})`;
    return rowOf(label, halves[1 - half] ?? [], byIdentity(rules));
  });
}

function compare(name: string, phones: readonly Phone[]): BenchRow[] {
  return METHODS.map(([method, cluster]) => rowOf(`${name}: ${method}`, phones, cluster));
}

async function main(folders: readonly string[]): Promise<void> {
  const captures = capturesFolder();
  if (captures === undefined && folders.length === 0) {
    console.log("captures not found: nothing is measured");
    return;
  }
  const reader = await captureReader({
    root: ROOT,
    environment: process.env,
    say: (line) => console.error(line),
  });
  const rows: BenchRow[] = [];
  let failed = false;
  if (captures !== undefined) {
    const all = await phonesIn(join(captures, "probe"), reader);
    const models = oneOfEach(all);
    const sameModels = all.filter((phone) => phone.name.includes("-"));
    const many = compare("one phone of each model", models);
    const identical = compare("with identical models", sameModels);
    rows.push(...many, ...crossValidated("one of each", models));
    rows.push(...identical, ...crossValidated("identical", sameModels));
    failed = Number(many.at(-1)?.["V"]) < LIMITS.many || Number(identical.at(-1)?.["V"]) < LIMITS.identical;
  }
  for (const folder of folders) rows.push(...compare(folder, await phonesIn(folder, reader)));
  console.log(tableOf(rows));
  console.log(
    failed ? "below the limits" : `limits: V ${LIMITS.many} and, with identical models, ${LIMITS.identical}`,
  );
  process.exitCode = failed ? 1 : 0;
}

if (import.meta.main) await main(process.argv.slice(2));
