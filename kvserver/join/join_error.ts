/** What answers at an address cannot be joined, and another try does not change that soon. */
export class JoinError extends Error {
  static {
    this.prototype.name = "JoinError";
  }

  /** The `host:port` that was asked. */
  readonly address: string;

  /** Takes its fields, its message and its cause. */
  constructor(address: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.address = address;
  }
}
