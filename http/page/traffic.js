/**
 * What goes between the server of the page and each other one, a second.
 *
 * @module
 */

/** Makes rates of sums: of two moments, one behind the other. */
export class Traffic {
  #sums = new Map();
  #atMs;

  /** @returns by address, bytes a second to a server and from it; of a server that is new, nothing */
  of(traffic, atMs) {
    const seconds = (atMs - this.#atMs) / 1_000;
    const rates = new Map();
    for (const { address, toldBytes, heardBytes } of traffic) {
      const before = this.#sums.get(address);
      if (before === undefined || !(seconds > 0)) continue;
      // A link that was made anew begins anew.
      const rate = (now, then) => Math.max(0, now - then) / seconds;
      rates.set(address, {
        told: rate(toldBytes, before.toldBytes),
        heard: rate(heardBytes, before.heardBytes),
      });
    }
    this.#sums = new Map(traffic.map((sums) => [sums.address, sums]));
    this.#atMs = atMs;
    return rates;
  }
}
