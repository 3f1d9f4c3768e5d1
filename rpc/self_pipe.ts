const loopback = { hostname: "127.0.0.1", transport: "tcp" } as const;
const byte = new Uint8Array(1);

/**
 * A connection of a thread to itself, on Deno. What is sent through it arrives when the event loop has
 * polled every socket: sooner than any timer, and with all that has come on the others by then.
 */
export class SelfPipe {
  #near: Deno.TcpConn;
  #far: Deno.TcpConn;
  #into = new Uint8Array(byte.length);

  private constructor(near: Deno.TcpConn, far: Deno.TcpConn) {
    this.#near = near;
    this.#far = far;
  }

  /** @throws {Error} when it cannot be opened. */
  static async open(): Promise<SelfPipe> {
    const listener = Deno.listen({ ...loopback, port: 0 });
    try {
      const [near, far] = await Promise.all([
        Deno.connect({ ...loopback, port: listener.addr.port }),
        listener.accept(),
      ]);
      near.setNoDelay(true);
      if (far.remoteAddr.port === near.localAddr.port) return new SelfPipe(near, far);
      near.close();
      far.close();
      throw new Error("Cannot connect to oneself: somebody else was quicker");
    } finally {
      listener.close();
    }
  }

  /** Resolves when the event loop has come around. Only one may be under way. @throws {Error} once it is closed. */
  async roundTrip(): Promise<void> {
    // Begun while nothing has come, so that it waits for the poll: bytes that are there it would read at once.
    const arriving = this.#far.read(this.#into);
    await Promise.all([arriving, this.#near.write(byte)]);
  }

  /** Ends it. */
  close(): void {
    this.#near.close();
    this.#far.close();
  }
}
