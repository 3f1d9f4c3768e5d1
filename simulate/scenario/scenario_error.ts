/** A scenario cannot be read or run. */
export class ScenarioError extends Error {
  static {
    this.prototype.name = "ScenarioError";
  }
  /** From 1; `undefined`: it is in no text. */
  readonly line: number | undefined;

  /** @param found what stands there @param allowed what may @param hint what to try */
  constructor(found: string, allowed: string, hint?: string, line?: number) {
    const place = line === undefined ? "" : `Line ${line}: `;
    const advice = hint === undefined ? "" : `. Try: ${hint}`;
    super(`${place}found ${found}, allowed is ${allowed}${advice}`);
    this.line = line;
  }
}
