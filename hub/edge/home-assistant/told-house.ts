import type { Mac, Micros } from "../../base/units.ts";
import { domainOf, HOME_DOMAINS } from "../../house/domains.ts";
import type { Pipeline } from "../../pipeline.ts";
import type { HouseListener } from "./house-feed.ts";

export interface ToldHouseOptions {
  readonly pipeline: Pipeline;
  readonly now: () => Micros;
  /** Home Assistant asked devices of the radio for something. */
  readonly called: (macs: readonly Mac[]) => void;
}

/** Brings what Home Assistant tells of the house to the pipeline, with the hub time of its arrival. */
export function toldHouse({ pipeline, now, called }: ToldHouseOptions): HouseListener {
  const { context } = pipeline;
  return {
    domains: HOME_DOMAINS,
    followed: () => context.followed(),
    take: (told) => context.take(told, now()),
    connected(running) {
      const followed = new Set(context.followed());
      context.states.retain((id) => followed.has(id) || HOME_DOMAINS.includes(domainOf(id)));
      context.states.connected(running, now());
    },
    started: () => context.states.started(now()),
    lost: () => context.states.lost(),
    call(service, target) {
      const macs = context.call(service, target, { now: now(), house: pipeline.house });
      if (macs.length > 0) called(macs);
    },
  };
}
