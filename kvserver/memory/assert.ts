/** Asserts an invariant, named by the sentence that holds. @throws {Error} when it does not. */
export function assert(holds: boolean, invariant: string): asserts holds {
  if (!holds) throw new Error(`An invariant is broken: ${invariant}`);
}
