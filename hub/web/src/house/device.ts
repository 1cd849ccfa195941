import { html, nothing, type TemplateResult } from "lit";
import type { PageCommand } from "../../../expose/snapshot/command.ts";
import type { DeviceEntityView } from "../../../expose/snapshot/house.ts";
import type { DeviceView, Snapshot } from "../../../expose/snapshot.ts";
import { basisWords, conditionWords, noteWords, stateWords } from "./words.ts";

interface HouseField {
  readonly snapshot: Snapshot;
  readonly now: number;
  readonly field: string;
  readonly open: (field: "" | "entity") => void;
  readonly send: (command: PageCommand) => unknown;
}

/** What Home Assistant knows of a device, which entities are its, and what the radio said to it. */
export function deviceHouse(one: DeviceView, context: HouseField): TemplateResult {
  const { house } = one;
  const connected = context.snapshot.hub.homeAssistant === "connected";
  return html`<section data-house aria-label="In Home Assistant">
    <h4>In Home Assistant</h4>
    <p>${connected ? conditionWords(house) : "Home Assistant is not connected, so nothing is known from it now."}</p>
    ${house.entities.length === 0 ? nothing : html`<ul class="entities">${house.entities.map((entity) => entityRow(entity, one, context))}</ul>`}
    ${!connected ? nothing : context.field === "entity" ? field(one, context) : html`<button class="quiet" @click=${() => context.open("entity")}>Add an entity of this device</button>`}
    ${house.notes.length === 0 ? nothing : notes(one, context)}
  </section>`;
}

function entityRow(entity: DeviceEntityView, { mac }: DeviceView, { send }: HouseField): TemplateResult {
  const { id, name, takenAway, byHand } = entity;
  const say = (belongs: boolean) => send({ command: "assign_entity", mac, entity: id, belongs });
  if (takenAway) {
    return html`<li data-entity=${id}><s>${name}</s> <span class="soft">You said that it is not of this device.</span>
      <button class="quiet" @click=${() => say(true)}>Put it back</button></li>`;
  }
  return html`<li data-entity=${id}><bdi>${name}</bdi> <span class="soft">${stateWords(entity)}${byHand ? " · added by you" : ""}${answers(entity)}</span>
    <button class="quiet" aria-label="${name} is not of this device" @click=${() => say(false)}>Not of this device</button></li>`;
}

const answers = ({ answers }: DeviceEntityView): string =>
  answers === null
    ? ""
    : ` · answers by radio, usually within ${Math.max(0.1, answers.delay).toFixed(1)} seconds`;

function field(one: DeviceView, { open, send }: HouseField): TemplateResult {
  const add = async (chosen: CustomEvent<string>): Promise<void> => {
    await send({ command: "assign_entity", mac: one.mac, entity: chosen.detail, belongs: true });
    open("");
  };
  const without = one.house.entities.filter((entity) => !entity.takenAway).map(({ id }) => id);
  return html`<entity-field .label=${"Entity of this device"} .without=${without} @choose=${add} @cancel=${() => open("")}></entity-field>`;
}

/** The newest first. */
const notes = ({ house }: DeviceView, { now }: HouseField): TemplateResult => html`
  <h4>The radio beside Home Assistant</h4>
  <ul class="notes">${house.notes
    .toReversed()
    .map(
      (note) =>
        html`<li data-note=${note.code}>${noteWords(note, now)} <span class="soft">${basisWords(note)}</span></li>`,
    )}</ul>`;
