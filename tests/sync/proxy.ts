import { type ByteStream, tcpTransport } from "../../rpc/mod.ts";

/** A stretch of network that a test can break: passes on to another address what comes to its own. */
export class Proxy implements AsyncDisposable {
  /** Where it listens. */
  readonly address: string;
  /** Where it passes on to; a change holds for later connections. */
  target: string | undefined;
  /** Since `beginCount`: when it first reached the target, on the clock of `performance`, and how much has passed. */
  firstJoinedMs = Infinity;
  passedBytes = 0;
  #listener = tcpTransport.listen("127.0.0.1", 0);
  #streams = new Set<ByteStream>();
  #loops = new Set<Promise<void>>();
  #isCut = false;
  #bytesPerSecond = Infinity;
  /** Each ends a wait of a slow wire. */
  #waits = new Set<() => void>();
  #stalled: { over: Promise<void>; end(): void } | undefined;

  constructor() {
    this.address = this.#listener.address;
    this.#track(this.#accept());
  }

  /** Ends all connections, and new ones at once, until `mend`. */
  cut(): void {
    this.#isCut = true;
    for (const stream of this.#streams) stream.close();
  }

  /** Forgets what has passed until now. */
  beginCount(): void {
    this.firstJoinedMs = Infinity;
    this.passedBytes = 0;
  }

  /** Passes nothing on until `mend`, and ends nothing: as when packets get lost. */
  stall(): void {
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    this.#stalled ??= { over, end };
  }

  /** Passes on no more than so many bytes a second in each direction, until `mend`. */
  throttle(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Passes on again. */
  mend(): void {
    this.#isCut = false;
    this.#bytesPerSecond = Infinity;
    for (const end of this.#waits) end();
    this.#stalled?.end();
    this.#stalled = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    this.mend();
    this.cut();
    while (this.#loops.size > 0) await Promise.all(this.#loops);
  }

  #track(loop: Promise<void>): void {
    this.#loops.add(loop);
    loop.finally(() => this.#loops.delete(loop));
  }

  async #accept(): Promise<void> {
    for (;;) {
      const incoming = await this.#listener.accept();
      if (incoming === null) return;
      if (this.#isCut || this.target === undefined) incoming.close();
      else this.#track(this.#join(incoming, this.target));
    }
  }

  async #join(incoming: ByteStream, target: string): Promise<void> {
    this.#streams.add(incoming);
    let outgoing: ByteStream | undefined;
    try {
      outgoing = await tcpTransport.connect(target);
      this.#streams.add(outgoing);
      this.firstJoinedMs = Math.min(this.firstJoinedMs, performance.now());
      if (!this.#isCut) {
        await Promise.race([this.#pass(incoming, outgoing), this.#pass(outgoing, incoming)]);
      }
    } catch {
      // Nobody answers there: to the other side, the connection just ends.
    }
    for (const stream of [incoming, outgoing]) {
      stream?.close();
      if (stream !== undefined) this.#streams.delete(stream);
    }
  }

  #busy(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#waits.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#waits.add(end);
    });
  }

  async #pass(from: ByteStream, to: ByteStream): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (;;) {
        const isSlow = this.#bytesPerSecond < Infinity;
        const count = await from.read(isSlow ? buffer.subarray(0, 2 * 1024) : buffer);
        if (count === null) return;
        await this.#stalled?.over;
        // As long as a wire of that speed would be busy with it.
        const busyMs = count / this.#bytesPerSecond * 1_000;
        if (busyMs > 0) await this.#busy(busyMs);
        await to.write(buffer.subarray(0, count));
        this.passedBytes += count;
      }
    } catch {
      // Either side is gone.
    }
  }
}
