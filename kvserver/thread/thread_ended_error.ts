/** A thread ended, or stopped to answer, without having been asked to. */
export class ThreadEndedError extends Error {
  static {
    this.prototype.name = "ThreadEndedError";
  }
}
