import type { BlockEntity } from "../../../expose/snapshot/block.ts";
import type { EntityChoice } from "../../../expose/snapshot/house.ts";
import { BLOCK_DOMAINS, canBlock } from "../../../house/block.ts";
import { domainOf } from "../../../house/domains.ts";

const MOST = 2000;

/** What "block" could turn: scripts first, then switches and the rest, by name. `macOf` is the device that it is of. */
export function blockEntitiesOf(
  entities: readonly EntityChoice[],
  macOf: (entity: string) => string | undefined,
): BlockEntity[] {
  const rank = ({ id }: EntityChoice): number => BLOCK_DOMAINS.indexOf(domainOf(id));
  return entities
    .filter(({ id }) => canBlock(id))
    .map(({ id, name }) => ({ id, name, mac: macOf(id) ?? null }))
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
    .slice(0, MOST);
}
