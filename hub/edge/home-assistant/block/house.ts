import { serviceOf } from "../../../house/block.ts";
import { domainOf } from "../../../house/domains.ts";
import type { RegistryEntity } from "../../../house/registry.ts";
import type { Assistant } from "../assistant.ts";
import type { BlockingHouse } from "./blocking.ts";

export interface HouseSources {
  /** Undefined: nobody has said where Home Assistant is. */
  readonly assistant: Assistant | undefined;
  readonly entities: () => readonly RegistryEntity[];
}

/** Home Assistant over its WebSocket, for blocking. */
export function blockingHouse({ assistant, entities }: HouseSources): BlockingHouse {
  /** A script as an action is called by its id; its entity may have been renamed. */
  const scriptOf = (entity: string): string => {
    const found = entities().find((one) => one.entityId === entity && one.platform === "script");
    return found?.uniqueId ?? entity.slice(domainOf(entity).length + 1);
  };
  return {
    whyNot() {
      if (assistant === undefined) return "Airwarden does not know where Home Assistant is";
      if (assistant.state === "refused") return "Home Assistant refuses the token: make a new one";
      return assistant.state === "connected"
        ? undefined
        : "Home Assistant is not connected just now: try again in a minute";
    },
    entity: (id) => assistant?.entityStates.get(id) ?? (assistant === undefined ? "unasked" : undefined),
    want: (ids) => assistant?.entityStates.want(ids),
    async turn(call, subject) {
      await assistant?.call(serviceOf(call, subject, scriptOf(call.entity)));
    },
    until: async (id, state, ms) => (await assistant?.entityStates.until(id, state, ms)) ?? false,
  };
}
