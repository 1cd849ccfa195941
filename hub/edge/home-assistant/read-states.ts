import { printableText } from "../../base/text.ts";
import type { EntityChoice } from "../../expose/snapshot/house.ts";
import { isEntityId } from "../../house/domains.ts";
import type { ServiceTarget } from "../../house/mapping.ts";
import type { ToldState } from "../../house/states.ts";

/** What does not have the shape of today's Home Assistant is left out, piece by piece. */
type Fields = Readonly<Record<string, unknown>>;

/** A call for more than this names them by area or device. */
const MOST_TARGETS = 500;
const SERVICE_PART = /^[a-z0-9_]{1,60}$/;

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};
const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/**
 * One push of `subscribe_entities`: added entities (`a`) with all attributes, changes (`c`), and removed ones (`r`),
 * which can no longer be reached.
 */
export function readStates(push: unknown): ToldState[] {
  const { a, c, r } = fieldsOf(push);
  const added = Object.entries(fieldsOf(a)).map(([id, state]) => readState(id, fieldsOf(state)));
  const changed = Object.entries(fieldsOf(c)).map(([id, change]) =>
    readState(id, fieldsOf(fieldsOf(change)["+"])),
  );
  const gone = Array.isArray(r) ? r.map((id) => ({ entityId: String(id), state: "unavailable" })) : [];
  return [...added, ...changed, ...gone].filter(({ entityId }) => isEntityId(entityId));
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

/** A large home has some thousand. */
const MOST_CHOICES = 10_000;
const NAME_CHARACTERS = 60;

/** Answer of `get_states`, as a list to choose from: without Airwarden's own, and by id. */
export function readChoices(answer: unknown): EntityChoice[] {
  const rows = Array.isArray(answer) ? answer.map(fieldsOf) : [];
  return rows
    .slice(0, MOST_CHOICES)
    .flatMap((row) => {
      const id = textOf(row["entity_id"]);
      if (id === undefined || !isEntityId(id) || /^\w+\.airwarden_/.test(id)) return [];
      const name = textOf(fieldsOf(row["attributes"])["friendly_name"]) ?? id;
      return [{ id, name: printableText(name, NAME_CHARACTERS) }];
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
