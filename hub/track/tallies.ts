import type { Tally } from "./model.ts";
import { isDownlink, isRetry, isUplink, type Row } from "./row.ts";

/** The tally of the transmitter that a data frame belongs to: what comes from an access point goes down. */
export const sentData = (row: Row): Tally | undefined =>
  isDownlink(row.fc) ? row.transmitter?.down : row.transmitter?.up;

/** The tally of the receiver: what goes to an access point goes up. */
export const receivedData = (row: Row): Tally | undefined =>
  isUplink(row.fc) ? row.receiver?.up : row.receiver?.down;

/** Takes a management or data frame, first reception, into one tally. */
export function countFrame(tally: Tally, row: Row): void {
  tally.frames += 1;
  tally.airtime += row.airtime;
  if (isRetry(row.fc)) tally.retries += 1;
}
