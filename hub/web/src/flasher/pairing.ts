import type { Snapshot } from "../../../expose/snapshot.ts";
import { send } from "../api.ts";
import { sentence } from "../words.ts";
import { BoardLink, KeyError, type KeyOfNode } from "./key.ts";
import type { Cable } from "./port.ts";

/** Gives the node on a cable its key, which the hub of `snapshot` makes where there is one. Throws KeyError. */
export async function giveKey(
  cable: Cable,
  wish: KeyOfNode,
  snapshot: Pick<Snapshot, "paired"> | undefined,
): Promise<void> {
  const link = await BoardLink.meet(await cable.open());
  try {
    if (snapshot === undefined) await link.give(wish);
    else await pairAndGive(link, wish, snapshot);
  } finally {
    await link.close();
    await cable.close();
  }
}

/** The new key takes the place of the one that the hub has for this board; one that did not arrive is taken back. */
async function pairAndGive(
  link: BoardLink,
  { name, hub }: KeyOfNode,
  { paired }: Pick<Snapshot, "paired">,
): Promise<void> {
  const before = paired.find(({ mac }) => mac === link.address);
  if (before !== undefined) await send({ command: "remove_node", name: before.name });
  const answer = await send({ command: "add_node", name });
  if (!answer.ok) throw new KeyError(sentence(answer.error));
  if (answer.reveal === undefined) throw new KeyError("The hub does not say the key: reload this page.");
  try {
    await link.give({ name, hub, key: answer.reveal });
  } catch (cause) {
    await send({ command: "remove_node", name });
    throw cause;
  }
}
