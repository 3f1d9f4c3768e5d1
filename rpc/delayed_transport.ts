import type { Limited, Timers } from "./environment.ts";
import type { ByteStream, Transport } from "./transport.ts";

type DelayEnvironment = Pick<Timers, "after"> & Limited;

/**
 * A transport on whose outgoing connections every write arrives `delayMs` later, in order: a long
 * wire. What comes back is not delayed.
 */
export function delayedTransport(
  transport: Transport,
  delayMs: number,
  environment: DelayEnvironment,
): Transport {
  return {
    listen: (...port) => transport.listen(...port),
    connect: async (address, signal) =>
      new DelayedStream(await transport.connect(address, signal), delayMs, environment),
  };
}

/**
 * Writes are copied and resolve at once while the wire has room, as they do into a kernel's buffer;
 * each leaves when its delay is over and all before it have left.
 */
class DelayedStream implements ByteStream {
  readonly peer: string;
  #stream: ByteStream;
  #delayMs: number;
  #environment: DelayEnvironment;
  #onTheWire = 0;
  #whenRoom: (() => void)[] = [];
  #lastLeft: Promise<void> = Promise.resolve();
  #cancels = new Set<() => void>();
  #error: unknown;

  constructor(stream: ByteStream, delayMs: number, environment: DelayEnvironment) {
    this.#stream = stream;
    this.peer = stream.peer;
    this.#delayMs = delayMs;
    this.#environment = environment;
  }

  read(into: Uint8Array): Promise<number | null> {
    return this.#stream.read(into);
  }

  async write(bytes: Uint8Array): Promise<void> {
    while (this.#onTheWire > this.#environment.limits.delayedBytesMax) {
      await new Promise<void>((resolve) => this.#whenRoom.push(resolve));
    }
    if (this.#error !== undefined) throw this.#error;
    this.#send(bytes.slice());
  }

  #send(bytes: Uint8Array): void {
    this.#onTheWire += bytes.length;
    const delay = new Promise<void>((resolve) => {
      const cancel = this.#environment.after(this.#delayMs, end);
      const cancels = this.#cancels;
      cancels.add(stop);
      function end() {
        cancels.delete(stop);
        resolve();
      }
      function stop() {
        cancel();
        end();
      }
    });
    this.#lastLeft = Promise.all([this.#lastLeft, delay]).then(async () => {
      try {
        if (this.#error === undefined) await this.#stream.write(bytes);
      } catch (error) {
        this.#error = error;
      }
      this.#onTheWire -= bytes.length;
      for (const resolve of this.#whenRoom.splice(0)) resolve();
    });
  }

  async closeWrite(): Promise<void> {
    await this.#lastLeft;
    await this.#stream.closeWrite();
  }

  close(): void {
    this.#error ??= new Error("The connection is closed");
    for (const stop of [...this.#cancels]) stop();
    this.#stream.close();
  }
}
