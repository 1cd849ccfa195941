import type { Micros } from "../base/units.ts";
import type { ManagementSighting } from "../radio/sighting.ts";
import type { House, TrackChange } from "../track/model.ts";
import type { Finding, IncidentKind } from "./finding.ts";

/** One detector: one file, one line in detectors.ts, one scenario. Deterministic; time only through its arguments. */
export interface Detector {
  readonly kind: IncidentKind;
  /** A management or EAPOL frame, first receptions and further ones alike (`fresh` tells), in hub time. */
  observe(sighting: ManagementSighting, fresh: boolean, house: House): void;
  change(change: TrackChange, house: House): void;
  /** Called at least once a second of hub time: the conditions that hold now. */
  tick(now: Micros, house: House): Finding[];
}
