import {
  Backoff,
  type ByteStream,
  dial,
  type Environment,
  frameHeaderBytes,
  FrameReader,
  FrameSender,
  MsgpackReader,
  MsgpackWriter,
  readResponseHead,
  type Transport,
} from "../rpc/mod.ts";
import { DoubtfulMessages } from "./doubtful_messages.ts";
import { writeHello } from "./hello.ts";
import type { Marshalled } from "./marshaller.ts";
import { writeTell } from "./tell_frame.ts";
import type { TellHost, TellLink } from "./tell_network.ts";

/** The other life has the address: there is nobody to tell. */
class GoneError extends Error {}

/**
 * The link to a system over a connection of its own: greets with `Hello`, then sends `Tell` frames,
 * many per write, and never waits for a reply. A lost connection is dialed again, with exponential
 * back-off and jitter, for as long as the address has not begun another life.
 */
export class RemoteLink implements TellLink {
  epoch = 0;
  isUp = false;
  isGone = false;
  #address: string;
  #incarnation: string;
  #transport: Transport;
  #environment: Environment;
  #bytesMax: number;
  #host: TellHost;
  #sender: FrameSender;
  /** Messages that have not left. */
  #waitingMessages = 0;
  #doubtful: DoubtfulMessages;
  #stream: ByteStream | undefined;
  #watchers: (() => void)[] = [];
  #closed = false;
  #refusalIsTold = false;
  /** Ends a dial that is under way. */
  #dialing = new AbortController();
  #done: Promise<void>;
  #endPause: (() => void) | undefined;

  constructor(
    address: string,
    incarnation: string,
    transport: Transport,
    environment: Environment,
    host: TellHost,
  ) {
    this.#address = address;
    this.#incarnation = incarnation;
    this.#transport = transport;
    this.#environment = environment;
    this.#bytesMax = environment.limits.linkBytesMax;
    const doubtful = this.#doubtful = new DoubtfulMessages(environment);
    this.#sender = new FrameSender(environment, {
      leaving: () => {
        doubtful.add(this.#waitingMessages);
        this.#waitingMessages = 0;
      },
      written: () => doubtful.written(),
      // The reader of the stream sees its end, and dials again.
      failed: (stream) => stream.close(),
    });
    this.#host = host;
    this.#done = this.#run();
  }

  get roomBytes(): number {
    return Math.max(0, this.#bytesMax - this.#sender.waitingBytes);
  }

  send(counter: number, message: Marshalled, reserved: boolean): boolean {
    const bytes = message.end - message.start;
    const bound = reserved ? this.#bytesMax : this.#bytesMax / 2;
    if (this.isGone || this.#closed || this.#sender.waitingBytes + bytes > bound) return false;
    writeTell(this.#sender.frames, counter, message);
    this.#waitingMessages++;
    this.#sender.send();
    return true;
  }

  onChange(fn: () => void): void {
    this.#watchers.push(fn);
  }

  #changed(): void {
    for (const fn of this.#watchers) fn();
  }

  reset(): void {
    this.#stream?.close();
  }

  /** Ends it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#dialing.abort();
    this.#stream?.close();
    this.#endPause?.();
    await this.#done;
  }

  async #run(): Promise<void> {
    const backoff = new Backoff({
      minMs: this.#environment.limits.reconnectMinMs,
      maxMs: this.#environment.limits.reconnectMaxMs,
      fraction: () => this.#environment.fraction(),
    });
    while (!this.#closed && !this.isGone) {
      try {
        await this.#connect();
        backoff.reset();
        await this.#untilEnd(this.#stream!);
      } catch (error) {
        if (error instanceof GoneError) this.isGone = true;
      }
      this.#disconnect();
      if (this.#closed || this.isGone) return;
      await this.#pause(backoff.nextMs());
    }
  }

  async #connect(): Promise<void> {
    const stream = await dial(
      this.#transport,
      this.#address,
      this.#environment,
      this.#dialing.signal,
    );
    this.#stream = stream;
    if (this.#closed) throw new Error("too late");
    const cancel = this.#environment.after(
      this.#environment.limits.dialTimeoutMs,
      () => stream.close(),
    );
    try {
      await this.#greet(stream);
    } finally {
      cancel();
    }
    this.isUp = true;
    this.epoch++;
    this.#changed();
    this.#sender.begin(stream);
  }

  async #greet(stream: ByteStream): Promise<void> {
    const writer = new MsgpackWriter();
    writeHello(writer, {
      address: this.#host.address(),
      incarnation: this.#host.incarnation,
      expected: this.#incarnation,
    });
    await stream.write(writer.written());
    const frames = new FrameReader(this.#environment.limits.receiveBufferBytes);
    for (;;) {
      const count = await stream.read(frames.space());
      if (count === null) throw new Error("the connection ended before it was greeted");
      frames.received(count);
      const reply = frames.take();
      if (reply === undefined) continue;
      const { error } = readResponseHead(new MsgpackReader(reply, frameHeaderBytes));
      if (error?.code === "unavailable") throw new GoneError(error.message);
      if (error !== undefined) {
        this.#tellOfRefusal(error.message);
        throw new Error(error.message);
      }
      return;
    }
  }

  #tellOfRefusal(reason: string): void {
    if (this.#refusalIsTold) return;
    this.#refusalIsTold = true;
    this.#host.refused(this.#address, reason);
  }

  /** Nothing is expected to come; reading shows when the connection ends. */
  async #untilEnd(stream: ByteStream): Promise<void> {
    const ignored = new Uint8Array(256);
    while (await stream.read(ignored) !== null);
  }

  /** What was handed over since the connection was made is lost with it; the epoch tells. */
  #disconnect(): void {
    const lost = this.#doubtful.end();
    if (this.isUp || this.isGone) {
      // Its own end is no loss: what was written before that arrives.
      this.#host.dropped(this.#waitingMessages + (this.#closed ? 0 : lost));
      this.#waitingMessages = 0;
      this.#sender.discard();
    }
    this.#sender.end();
    const wasUp = this.isUp;
    this.isUp = false;
    if ((wasUp || this.isGone) && !this.#closed) this.#changed();
    this.#stream?.close();
    this.#stream = undefined;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#environment.after(ms, resolve);
      this.#endPause = () => (cancel(), resolve());
    });
  }
}
