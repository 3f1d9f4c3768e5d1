import { type Random, realEnvironment } from "../rpc/mod.ts";

/** Chooses the address of each call. */
export interface QueryRouter {
  /** The `host:port` of a query port for the next call. */
  nextAddr(): string;
  /** Called when nobody answers at `address`, or that the connection there was lost. */
  reportFailure?(address: string): void;
}

/** Every call to one address. */
export class FixedRouter implements QueryRouter {
  #address: string;

  /** Routes to `address`, a `host:port`. A bad one fails each call with a `ConnectionError`. */
  constructor(address: string) {
    this.#address = address;
  }

  /** The address. */
  nextAddr(): string {
    return this.#address;
  }
}

/** Every call to the address that another router names, until it fails: then that router names one anew. */
export class PinnedRouter implements QueryRouter {
  #router: QueryRouter;
  #pinned: string;

  /** Stays with an address of `router`, which names one now, and one after each failure there. */
  constructor(router: QueryRouter) {
    this.#router = router;
    this.#pinned = router.nextAddr();
  }

  /** The address that has not failed yet. */
  nextAddr(): string {
    return this.#pinned;
  }

  /** Leaves `address`; a failure at an address that was left already changes nothing. */
  reportFailure(address: string): void {
    this.#router.reportFailure?.(address);
    if (address === this.#pinned) this.#pinned = this.#router.nextAddr();
  }
}

/** Each call to the next of several addresses in turn. */
export class RoundRobinRouter implements QueryRouter {
  #addresses: readonly string[];
  #next = 0;

  /**
   * Routes to one or more addresses, each a `host:port`, in this order.
   *
   * @throws {RangeError} when there is no address.
   */
  constructor(addresses: readonly string[]) {
    this.#addresses = expectSome(addresses);
  }

  /** The next address; after the last one comes the first. */
  nextAddr(): string {
    const address = this.#addresses[this.#next];
    this.#next = (this.#next + 1) % this.#addresses.length;
    return address;
  }
}

/** Each call to any of several addresses, all equally likely. */
export class RandomRouter implements QueryRouter {
  #addresses: readonly string[];
  #random: Random;

  /**
   * Routes to one or more addresses, each a `host:port`.
   *
   * @param random draws the addresses; default: the machine's own generator
   * @throws {RangeError} when there is no address.
   */
  constructor(addresses: readonly string[], random: Random = realEnvironment) {
    this.#addresses = expectSome(addresses);
    this.#random = random;
  }

  /** An address drawn at random. */
  nextAddr(): string {
    return this.#addresses[Math.floor(this.#random.fraction() * this.#addresses.length)];
  }
}

/** @returns a copy of `addresses`. @throws {RangeError} when there is none. */
export function expectSome(addresses: readonly string[]): readonly string[] {
  if (addresses.length > 0) return [...addresses];
  throw new RangeError("Cannot route to no address: allowed are one or more");
}
