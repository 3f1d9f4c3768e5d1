/** What a command needs, other than a server of its own, is not to be reached. */
export class UnreachableError extends Error {
  static {
    this.prototype.name = "UnreachableError";
  }
}
