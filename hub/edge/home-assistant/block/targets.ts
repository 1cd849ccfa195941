import { fieldsOf, listOf } from "../../../base/fields.ts";
import { printableText } from "../../../base/text.ts";
import type { TargetView } from "../../../expose/snapshot.ts";
import { BLOCK_DOMAINS, domainOf, readCall } from "../../../house/block.ts";

export interface TargetSources {
  /** Answer of `get_states`. */
  readonly states: unknown;
  /** Airwarden's own switches block nobody. */
  readonly isOwn: (entity: string) => boolean;
  /** Address of the device of the home that an entity belongs to. */
  readonly macOf: (entity: string) => string | undefined;
}

const NAME_CHARACTERS = 80;
const MOST = 2000;

/** What "block" could turn: scripts first, then switches and the rest, by name. */
export function targetsOf({ states, isOwn, macOf }: TargetSources): TargetView[] {
  const targets = listOf(states).flatMap((row) => {
    const { entity_id: id, attributes } = fieldsOf(row);
    const entity = readCall({ entity: id, turn: "on" })?.entity;
    if (entity === undefined || isOwn(entity)) return [];
    const name = fieldsOf(attributes)["friendly_name"];
    const shown = typeof name === "string" ? printableText(name.trim(), NAME_CHARACTERS) : "";
    return [{ entity, name: shown === "" ? entity : shown, mac: macOf(entity) ?? null }];
  });
  const rank = ({ entity }: TargetView): number => BLOCK_DOMAINS.indexOf(domainOf(entity));
  return targets.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name)).slice(0, MOST);
}
