import { type Micros, micros } from "../../../hub/base/units.ts";
import { AirtimeMeter } from "../../../hub/radio/airtime.ts";
import { Tracker, type TrackerOptions } from "../../../hub/track/tracker.ts";
import { CHANNEL_6 } from "../../support/air/home.ts";
import type { AirPlan, HearingPlan, NodePlan } from "../../support/air/plan.ts";
import { type Air, simulateAir } from "../../support/air.ts";

/** A node on one channel that tells the hub's own time, for tests in which clocks are not the question. */
export const exactNode = (hearing: HearingPlan): NodePlan => ({
  frequencies: [CHANNEL_6],
  hearing,
  clock: { unixTime: true },
});

/** Takes an air through a tracker, a tick every second, duplicates marked by the truth about them. */
export function play(plan: AirPlan, options: Partial<TrackerOptions> = {}): { air: Air; tracker: Tracker } {
  const air = simulateAir(plan);
  const tracker = new Tracker({
    homes: [],
    everyNetworkIsHome: true,
    vendorOf: () => undefined,
    ...options,
  });
  const meter = new AirtimeMeter();
  const seen = new Set<number>();
  let ticked = air.start;
  for (const delivery of air.deliveries()) {
    if (delivery.kind !== "frames") continue;
    const { batch, identity } = delivery;
    for (let row = 0; row < batch.count; row++) {
      const frame = identity[row] ?? 0;
      batch.fresh[row] = seen.has(frame) ? 0 : 1;
      seen.add(frame);
    }
    tracker.sight(batch, meter.measure(batch), () => undefined);
    for (; ticked < delivery.arrival; ticked += 1e6) tracker.tick(micros(ticked));
  }
  tracker.tick(air.end as Micros);
  return { air, tracker };
}
