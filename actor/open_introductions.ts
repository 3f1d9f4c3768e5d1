/** What has an address. */
interface Addressed {
  readonly id: { readonly address: string };
}

/**
 * Introductions that have not settled, and which address has most of them. Each step takes the same time however
 * many there are, because a single message may name hundreds of systems for which room is to be made.
 */
export class OpenIntroductions<Introduction extends Addressed> {
  /** By address, in the order in which they came. */
  #byAddress = new Map<string, Introduction[]>();
  /** By a number of introductions: the addresses that have so many. At the last one there are some. */
  #addresses: Set<string>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many the address has that has most; 0: there are none. */
  get mostOfAddress(): number {
    return Math.max(0, this.#addresses.length - 1);
  }

  /** Of the address that has most, the last one; `undefined`: there are none. */
  get lastOfMost(): Introduction | undefined {
    const [address] = this.#addresses.at(-1) ?? [];
    return this.#byAddress.get(address)?.at(-1);
  }

  /** Adds one that it does not have. */
  add(introduction: Introduction): void {
    const { address } = introduction.id;
    const others = this.#byAddress.get(address);
    if (others === undefined) this.#byAddress.set(address, [introduction]);
    else others.push(introduction);
    this.#size++;
    this.#recount(address, others === undefined ? 0 : others.length - 1, 1);
  }

  /** Removes one that it has. */
  remove(introduction: Introduction): void {
    const { address } = introduction.id;
    const all = this.#byAddress.get(address)!;
    // Most often it is the last one.
    all.splice(all.lastIndexOf(introduction), 1);
    if (all.length === 0) this.#byAddress.delete(address);
    this.#size--;
    this.#recount(address, all.length + 1, -1);
  }

  /** The address had `before` of them, and has one more or less. */
  #recount(address: string, before: number, change: 1 | -1): void {
    const after = before + change;
    this.#addresses[before]?.delete(address);
    if (after > 0) (this.#addresses[after] ??= new Set()).add(address);
    while (this.#addresses.length > 0 && !this.#addresses.at(-1)?.size) this.#addresses.pop();
  }
}
