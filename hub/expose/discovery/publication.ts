export interface Publication {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  /** What must be told at once; while it stays the same, the rest of the payload may wait. */
  readonly urgent?: string;
}
