/** A value that cannot travel. `message` names the path to the offending part. */
export class UnmarshallableError extends TypeError {
  static {
    this.prototype.name = "UnmarshallableError";
  }
}

/** Why a value cannot be marshalled. On its way up from the offending part it gathers the path. */
export class Refusal {
  #found: string;
  #culprit: object | undefined;
  #path = "";
  /** Length of the path of one turn of a cycle; 0 when none is known. */
  #cycle = 0;

  /**
   * @param found what the offending part is
   * @param culprit the container that is too deep: it may contain itself
   */
  constructor(found: string, culprit?: object) {
    this.#found = found;
    this.#culprit = culprit;
  }

  /** Called by each container that the refusal passes, with the key or index of the part. */
  passing(container: object, part: unknown): void {
    this.#path = pathSegment(container, part) + this.#path;
    if (container !== this.#culprit) return;
    // Nested too deep because it contains itself: name one turn of the cycle, not all of them.
    if (this.#cycle === 0) {
      this.#cycle = this.#path.length;
      this.#found = "a cycle";
    } else this.#path = this.#path.slice(0, this.#cycle);
  }

  /** The error for who asked, who knows the whole value as `root`. */
  toError(root: string): UnmarshallableError {
    return new UnmarshallableError(
      `Cannot marshal ${root}${this.#path}: found ${this.#found}, allowed are null, undefined, ` +
        `booleans, numbers, bigints of up to 64 bits, strings, Uint8Array, and arrays, plain ` +
        `objects and Maps of these`,
    );
  }
}

function pathSegment(container: object, part: unknown): string {
  if (container instanceof Map) {
    if (typeof part === "string") return `.get(${JSON.stringify(part)})`;
    return `.get(${Object(part) === part ? "…" : String(part)})`;
  }
  if (typeof part === "number") return `[${part}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(String(part))
    ? `.${part}`
    : `[${JSON.stringify(part)}]`;
}
