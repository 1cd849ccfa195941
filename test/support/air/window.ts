/** The receiver's record of one BlockAck agreement: what it has received of the last 64 sequence numbers. */
export class BlockAckWindow {
  private readonly received = new Uint8Array(4096);
  private started = false;
  highest = 0;

  receive(sequence: number): void {
    if (!this.started) {
      this.started = true;
      this.highest = sequence;
    }
    const ahead = (sequence - this.highest) & 4095;
    if (ahead < 2048) {
      for (let i = 1; i <= ahead; i++) this.received[(this.highest + i) & 4095] = 0;
      this.highest = sequence;
    }
    this.received[sequence] = 1;
    // Numbers half a turn behind are forgotten, so that a new turn does not find the old one.
    this.received[(sequence + 2048) & 4095] = 0;
  }

  /** A compressed BlockAck of 64 bits. `first` is the lowest sequence number of what it answers. */
  answer(first: number, habit: "first" | "highest"): { start: number; top: number; set: number } {
    const start = habit === "first" ? first : (this.highest - 63) & 4095;
    let top = 0;
    let set = 0;
    for (let bit = 0; bit < 64; bit++) {
      const sequence = (start + bit) & 4095;
      const reached = ((this.highest - sequence) & 4095) < 2048;
      if (!reached || this.received[sequence] !== 1) continue;
      top = bit + 1;
      set += 1;
    }
    return { start, top, set };
  }
}
