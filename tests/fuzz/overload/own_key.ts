/** A key that one client alone puts, a number each time. */
export class OwnKey {
  readonly name: string;
  #acknowledged = 0;
  /** Puts whose answer was never seen: each may have been executed, or may be later. */
  #doubtful = new Set<number>();

  constructor(name: string) {
    this.name = name;
  }

  /** A Put was acknowledged. */
  acknowledge(number: number): void {
    this.#acknowledged = number;
  }

  /** A Put was sent, and the connection ended before its answer. */
  doubt(number: number): void {
    this.#doubtful.add(number);
  }

  /** What is wrong with a value that the server shows; `undefined`: nothing. */
  faultOf(value: unknown): string | undefined {
    const number = value === null ? 0 : parseInt(String(value), 10);
    if (number === this.#acknowledged || this.#doubtful.has(number)) return undefined;
    return `${this.name} shows Put ${number}, acknowledged was ${this.#acknowledged}`;
  }
}
