/**
 * A signal that aborts when one of two others does, with its reason. (`AbortSignal.any` does the same; not every
 * Node 20 has it.) The two may live on for long: so it is released when nobody needs it any more.
 */
export class EitherSignal {
  #sources: readonly AbortSignal[];
  #controller = new AbortController();

  constructor(one: AbortSignal, other: AbortSignal | undefined) {
    this.#sources = other === undefined ? [one] : [one, other];
    for (const source of this.#sources) {
      if (source.aborted) this.#controller.abort(source.reason);
      else source.addEventListener("abort", this.#abort);
    }
  }

  /** Aborts when either does. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  #abort = ({ target }: Event): void => {
    this.#controller.abort((target as AbortSignal).reason);
  };

  /** The others are listened to no more. */
  release(): void {
    for (const source of this.#sources) source.removeEventListener("abort", this.#abort);
  }
}
