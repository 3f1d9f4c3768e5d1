/** An attacker was given an answer that nobody should be given. */
export class WrongAnswer extends Error {
  static {
    this.prototype.name = "WrongAnswer";
  }
}
