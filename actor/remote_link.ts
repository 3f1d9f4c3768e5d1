import {
  type ByteStream,
  type Environment,
  type Flow,
  frameHeaderBytes,
  frameLength,
  type FrameReader,
  FrameSender,
  hostOf,
  MsgpackReader,
  pause,
  reconnectBackoff,
} from "../rpc/mod.ts";
import { ClockSkew } from "./clock_skew.ts";
import { UnconfirmedWrites } from "./unconfirmed_writes.ts";
import { type GreetedStream, WrongIncarnationError } from "./greeting.ts";
import { type LinkNotice, readNotice, writeNotice } from "./link_notice.ts";
import type { Marshalled } from "./marshaller.ts";
import type { Refused } from "./refusals.ts";
import { type SystemId, systemKey } from "./system_id.ts";
import { writeTell } from "./tell_frame.ts";
import type { RemoteFacts, TellLink, ToldClock } from "./tell_network.ts";

/** The port of a `RemoteLink`, as the link sees it. */
export interface RemoteLinkHost {
  readonly environment: Environment;
  /** Dials a system and greets it, once. */
  greet(id: SystemId, signal: AbortSignal): Promise<GreetedStream>;
  /** Whether the system with that `systemKey` has a connection of its own to this one. */
  isHeard(key: string): boolean;
  /**
   * Whether the system may be told anything: where tokens are asked for, only once it has shown one on a
   * connection of its own.
   */
  trusts(id: SystemId): boolean;
  /** When anything came last on such a connection; `-Infinity`: there is none. */
  heardMs(key: string): number;
  /** The system finds that another one answers at the address of this one. */
  contested(address: string): void;
  /** The address answered as another incarnation: the connections of this one are asked whether it is there. */
  foundWrongIncarnation(id: SystemId): void;
  /** How long a link that is down waits at the least, because of all the others that are. */
  leastPauseMs(): number;
  /** So many messages did not leave, or left when nobody was there. */
  dropped(count: number): void;
  /** The system has greeted, and does not accept what comes then. */
  refused(address: string, reason: string, refused: Refused): void;
}

/**
 * The link to a system over a connection of its own: greets with `Hello`, then sends `Tell` frames, many
 * per write. What comes back says how many of them were handled. A lost connection is dialed again, with
 * exponential back-off and jitter, until the link is closed.
 */
export class RemoteLink implements TellLink {
  readonly id: SystemId;
  /** The `systemKey` of its system, put together once, because it is looked at very often. */
  readonly key: string;
  host: string | undefined;
  epoch = 0;
  isUp = false;
  isWrongIncarnation = false;
  foundIncarnation: string | undefined;
  told = 0;
  handled = 0;
  roundTripMs = 0;
  #host: RemoteLinkHost;
  #environment: Environment;
  #bytesMax: number;
  #sender: FrameSender;
  /** Messages that have not left. */
  #waitingMessages = 0;
  /** Whether a `Pong` has not left: one answers all `Ping`s until then. */
  #isPongWaiting = false;
  #unconfirmed: UnconfirmedWrites;
  #stream: ByteStream | undefined;
  /** Whether the system has shown that it may be told anything, since the link was made or that was lost. */
  #isTrusted = false;
  #reader = new MsgpackReader(new Uint8Array());
  #watchers: (() => void)[] = [];
  /** What the clock of the other system showed when it greeted, and when that was. */
  #greeted: { now?: number; atMs: number } = { atMs: 0 };
  #closed = false;
  /** When anything came last on a connection of this link. */
  #heardMs = -Infinity;
  /** How far the clock of the system is ahead. */
  readonly skew: ClockSkew;
  version: string | undefined;
  refusedMessages = 0;
  /** Bytes of the messages that were handed over, and of those that the system has sent. */
  toldBytes = 0;
  heardBytes = 0;
  /** Ends a dial, or the pause before one, that is under way. */
  #dialing = new AbortController();
  #done: Promise<void>;

  /** @param greeted a connection on which the system greeted already */
  constructor(id: SystemId, host: RemoteLinkHost, greeted?: GreetedStream) {
    this.id = id;
    this.key = systemKey(id);
    this.#host = host;
    this.#environment = host.environment;
    this.#bytesMax = host.environment.limits.linkBytesMax;
    this.skew = new ClockSkew(host.environment.limits);
    const unconfirmed = this.#unconfirmed = new UnconfirmedWrites(this.#environment);
    this.#sender = new FrameSender(this.#environment, {
      leaving: () => {
        unconfirmed.add(this.#waitingMessages);
        this.#waitingMessages = 0;
        this.#isPongWaiting = false;
      },
      written: () => unconfirmed.written(),
      // The reader of the stream sees its end, and dials again.
      failed: (stream) => stream.close(),
    });
    this.#done = this.#run(greeted);
  }

  get isHeard(): boolean {
    return this.#host.isHeard(this.key);
  }

  get facts(): RemoteFacts {
    const heardMs = Math.max(this.#heardMs, this.#host.heardMs(this.key));
    return {
      heardMs: heardMs === -Infinity ? undefined : heardMs,
      clockSkewMs: this.skew.aheadMs,
      version: this.version,
      refusedMessages: this.refusedMessages,
    };
  }

  get silentMs(): number {
    return this.#environment.monotonicMs() - this.#heardMs;
  }

  get roomBytes(): number {
    return Math.max(0, this.#bytesMax - this.#sender.waitingBytes);
  }

  get clock(): ToldClock | undefined {
    const { now } = this.#greeted;
    const ageMs = this.#environment.monotonicMs() - this.#greeted.atMs;
    return now === undefined ? undefined : { nowMs: now + ageMs, ageMs };
  }

  /** Whether nobody watches the link. */
  get isUnused(): boolean {
    return this.#watchers.length === 0;
  }

  send(counter: number, message: Marshalled, reserved: boolean): boolean {
    const bytes = message.end - message.start;
    const bound = reserved ? this.#bytesMax : this.#bytesMax / 2;
    if (this.isWrongIncarnation || this.#closed || this.#sender.waitingBytes + bytes > bound) {
      return false;
    }
    writeTell(this.#sender.frames, counter, message);
    this.#waitingMessages++;
    this.told++;
    this.toldBytes += bytes;
    this.#sender.send();
    return true;
  }

  onChange(fn: () => void): void {
    this.#watchers.push(fn);
  }

  /** The system has shown that it may be told anything. */
  trusted(): void {
    this.#isTrusted = true;
    if (this.#stream !== undefined && !this.isUp && !this.#closed) this.#open(this.#stream);
  }

  /** The system may be told nothing, until it has shown again that it may. */
  distrust(): void {
    this.#isTrusted = false;
    this.reset();
  }

  /** Calls the watchers, because the state of the link has changed. */
  changed(): void {
    if (this.#closed) return;
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
    await this.#done;
    this.#sender.close();
  }

  async #run(greeted: GreetedStream | undefined): Promise<void> {
    const backoff = reconnectBackoff(this.#environment);
    while (!this.#closed) {
      try {
        greeted ??= await this.#host.greet(this.id, this.#dialing.signal);
        await this.#follow(greeted);
      } catch (error) {
        this.#failed(error);
      }
      greeted = undefined;
      // One that ends each connection at a message is dialed as seldom as one that is not there.
      if (this.isUp && (this.handled > 0 || this.told === 0)) backoff.reset();
      this.#disconnect();
      if (!this.#closed) {
        await pause(
          this.#environment,
          Math.max(backoff.nextMs(), this.#host.leastPauseMs()),
          this.#dialing.signal,
        );
      }
    }
  }

  #failed(error: unknown): void {
    if (this.#closed || !(error instanceof WrongIncarnationError)) return;
    this.#host.foundWrongIncarnation(this.id);
    if (this.isWrongIncarnation && this.foundIncarnation === error.found) return;
    this.isWrongIncarnation = true;
    this.foundIncarnation = error.found;
    this.#discard();
    this.changed();
  }

  /** Sends, and reads what comes back, until the connection ends. */
  async #follow({ stream, frames, first, now, roundTripMs }: GreetedStream): Promise<void> {
    this.#stream = stream;
    this.#greeted = { now, atMs: this.#environment.monotonicMs() };
    if (this.#closed) return;
    this.host = hostOf(stream.peer);
    this.roundTripMs = roundTripMs;
    this.#heard();
    this.#isTrusted ||= this.#host.trusts(this.id);
    if (this.#isTrusted) this.#open(stream);
    this.#takeNotices(first);
    const flow = this.#environment.slices.flow();
    try {
      await this.#read(stream, frames, flow);
    } finally {
      flow.close();
    }
  }

  #open(stream: ByteStream): void {
    this.isUp = true;
    this.isWrongIncarnation = false;
    this.foundIncarnation = undefined;
    this.epoch++;
    this.changed();
    this.#sender.begin(stream);
  }

  async #read(stream: ByteStream, frames: FrameReader, flow: Flow): Promise<void> {
    for (;;) {
      const count = await stream.read(frames.space());
      if (count === null) return;
      this.#heard();
      frames.received(count);
      for (let whole = frames.take(); whole !== undefined; whole = frames.take()) {
        const turn = flow.begin(whole.length);
        if (turn !== undefined) await turn;
        this.#takeNotices(whole);
        flow.end();
      }
    }
  }

  #heard(): void {
    this.#heardMs = this.#environment.monotonicMs();
  }

  #takeNotices(frames: Uint8Array): void {
    for (let at = 0; at < frames.length;) {
      const start = at + frameHeaderBytes;
      at = start + frameLength(frames, at);
      this.#reader.reset(frames, start, at);
      const notice = readNotice(this.#reader);
      if (notice !== undefined) this.#take(notice);
    }
  }

  #take(notice: LinkNotice): void {
    switch (notice.name) {
      case "Ack":
        if (notice.count <= this.handled || notice.count > this.told) return;
        this.handled = notice.count;
        this.changed();
        break;
      case "Ping":
        if (this.#isPongWaiting) return;
        this.#isPongWaiting = true;
        writeNotice(this.#sender.frames, { name: "Pong", clockMs: this.#environment.now() });
        this.#sender.send();
        break;
      case "Contested":
        this.#host.contested(this.id.address);
        break;
      case "Refused":
        this.#host.refused(this.id.address, notice.reason, "connection");
    }
  }

  /** Ends the epoch: messages that were handed over in it may be lost with the connection. */
  #disconnect(): void {
    const lost = this.#unconfirmed.end();
    this.#sender.end();
    if (this.isUp) {
      // A link that is closed loses nothing: bytes that were written before arrive.
      this.#host.dropped(this.#closed ? 0 : lost);
      this.#discard();
      this.isUp = false;
      this.changed();
    }
    this.#stream?.close();
    this.#stream = undefined;
  }

  /** Drops what waits. */
  #discard(): void {
    this.#host.dropped(this.#waitingMessages);
    this.#waitingMessages = this.told = this.handled = 0;
    this.#isPongWaiting = false;
    this.#sender.discard();
  }
}
