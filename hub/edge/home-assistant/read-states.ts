import { type Fields, fieldsOf, listOf, rowsOf, textOf } from "../../base/fields.ts";
import { printableText } from "../../base/text.ts";
import type { EntityChoice } from "../../expose/snapshot/house.ts";
import { isEntityId } from "../../house/domains.ts";
import type { ServiceTarget } from "../../house/mapping.ts";
import type { ToldState } from "../../house/states.ts";

// What does not have the shape of today's Home Assistant is left out, piece by piece.

/** A call for more than this names them by area or device. */
const MOST_TARGETS = 500;
const SERVICE_PART = /^[a-z0-9_]{1,60}$/;

/** Entities in one push of `subscribe_entities`: added ones (`a`) with all of their state, others (`c`) with what is new. */
export function toldIn(push: unknown): (readonly [string, Fields])[] {
  const { a: added, c: changed } = fieldsOf(push);
  return [
    ...Object.entries(fieldsOf(added)).map(([id, state]) => [id, fieldsOf(state)] as const),
    ...Object.entries(fieldsOf(changed)).map(
      ([id, change]) => [id, fieldsOf(fieldsOf(change)["+"])] as const,
    ),
  ];
}

/** One push of `subscribe_entities`; what was removed (`r`) can no longer be reached. */
export function readStates(push: unknown): ToldState[] {
  const told = toldIn(push).map(([id, state]) => readState(id, state));
  const gone = listOf(fieldsOf(push)["r"]).map((id) => ({
    ...{ entityId: String(id), state: "unavailable", gone: true },
  }));
  return [...told, ...gone].filter(({ entityId }) => isEntityId(entityId));
}

function readState(entityId: string, state: Fields): ToldState {
  const attributes = fieldsOf(state["a"]);
  return {
    entityId,
    state: textOf(state["s"]),
    name: textOf(attributes["friendly_name"]),
    installing: "in_progress" in attributes ? isInstalling(attributes["in_progress"]) : undefined,
  };
}

/** True, or in older versions how many percent are done. */
const isInstalling = (value: unknown): boolean => value === true || typeof value === "number";

/** One `call_service` on the bus. */
export function readCall(
  push: unknown,
): { readonly service: string; readonly target: ServiceTarget } | undefined {
  const fields = fieldsOf(fieldsOf(push)["data"]);
  const domain = textOf(fields["domain"]) ?? "";
  const service = textOf(fields["service"]) ?? "";
  if (!SERVICE_PART.test(domain) || !SERVICE_PART.test(service)) return undefined;
  const named = fieldsOf(fields["service_data"]);
  const entityIds = textsOf(named["entity_id"]).filter(isEntityId);
  const target = {
    ...{ domain, entityIds },
    deviceIds: textsOf(named["device_id"]),
    areaIds: textsOf(named["area_id"]),
  };
  return { service: `${domain}.${service}`, target };
}

/** A text, a list of them, or texts with commas between, as all of them are used. */
function textsOf(value: unknown): string[] {
  const listed = typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : [];
  return listed
    .slice(0, MOST_TARGETS)
    .filter((one) => typeof one === "string")
    .map((one) => one.trim());
}

/** Whether an answer of `get_config` says that all integrations are set up. */
export const isRunning = (answer: unknown): boolean => fieldsOf(answer)["state"] === "RUNNING";

export const NAME_CHARACTERS = 80;

/** Answer of `get_states`, as a list to choose from, by id. */
export function readChoices(answer: unknown): EntityChoice[] {
  return rowsOf(answer)
    .flatMap((row) => {
      const id = textOf(row["entity_id"]);
      if (id === undefined || !isEntityId(id)) return [];
      const name = textOf(fieldsOf(row["attributes"])["friendly_name"])?.trim() ?? "";
      return [{ id, name: name === "" ? id : printableText(name, NAME_CHARACTERS) }];
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
