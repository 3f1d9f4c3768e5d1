/** A server without a data directory has ended, and no other server has all that it acknowledged. */
export class UndeliveredError extends Error {
  static {
    this.prototype.name = "UndeliveredError";
  }

  /** How many entries no other server has acknowledged, at the least. */
  readonly undelivered: number;

  /** Takes how many entries no other server has acknowledged, at the least. */
  constructor(undelivered: number) {
    super(
      `Stopped, and at least ${undelivered} of the acknowledged Puts reached no other server: they ` +
        "are lost, because there is no data directory either",
    );
    this.undelivered = undelivered;
  }
}
