/** The command line, or a line of input, is not understood. */
export class UsageError extends Error {
  static {
    this.prototype.name = "UsageError";
  }
}
