/** What the clients of a load have counted, all together. */
export class LoadFigures {
  /** Requests that were due, and of these those that were sent; the others were given up. */
  offered = 0;
  sent = 0;
  /** Of those that were sent: answered, refused as `overloaded`, left open when a connection ended. */
  answered = 0;
  refused = 0;
  open = 0;
  /** What must not be: the first of it. */
  readonly faults: string[] = [];

  /** All of it in one line. */
  get text(): string {
    return `${this.offered} requests offered, ${this.sent} sent, ${this.answered} answered, ` +
      `of these ${this.refused} refused; ${this.open} open when their connection was cut`;
  }

  /** Keeps a fault. */
  found(fault: string): void {
    if (this.faults.length < 10) this.faults.push(fault);
  }
}
