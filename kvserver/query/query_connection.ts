import type { ActorRef, ActorThread, ExtraFigure, Inbox } from "../../actor/mod.ts";
import {
  type Accounted,
  Charge,
  type Clock,
  type EndConnection,
  type FrameExecutor,
  frameHeaderBytes,
  frameHeadroomBytes,
  frameLength,
  hostOf,
  type Limited,
  MsgpackReader,
  MsgpackWriter,
  type RequestCutter,
  type SendDeferred,
  spareMemory,
  type Standing,
} from "../../rpc/mod.ts";
import { commandBounds, CommandCutter, isFrame } from "../../resp/mod.ts";
import { messageTypes } from "../messages/message_types.ts";
import {
  type ClosedMessage,
  type ConnectionEnds,
  isAdmitted,
  isDeferred,
  isEnd,
  isPart,
  type NotifiedMessage,
  type OpenedMessage,
  type QueryReply,
  readDeferred,
  readPart,
  readReply,
  writeCommandsHead,
  writeQueryHead,
} from "./query_message.ts";
import { partingReply } from "./parting.ts";
import type { Door } from "./query_figures.ts";
import type { QueryTimer } from "./query_timer.ts";
import { queriesTold } from "./server_stats.ts";

/** What an `QueryConnection` has of its connection. */
export interface Served {
  readonly asksForTokens: boolean;
  readonly sendDeferred: SendDeferred;
  readonly end: EndConnection;
  /** Says that it is ended because too many wrong tokens were shown. */
  barred(): void;
}

/**
 * A client's connection as the actors see it: an inbox, where the replies to its queries come. The
 * inbox stands for one channel ref per query, of which at most one would be open at a time.
 */
export class QueryConnection implements FrameExecutor {
  readonly isInPlace = true;
  #thread: ActorThread;
  #queryActor: ActorRef;
  #queriesTold: ExtraFigure;
  #all: Set<QueryConnection>;
  #inbox: Inbox;
  #reader = new MsgpackReader(new Uint8Array());
  /** The parts of a reply that is not complete. */
  #parts: Uint8Array[] = [];
  #charge: Charge;
  /** Size of a chunk that messages share. */
  #chunkBytes: number;
  /** Frames of no more bytes are copied: that takes less than a message of their own. */
  #copiedBytesMax: number;
  /** Cuts the commands of a Redis client; absent when frames come. */
  #cutter: CommandCutter | undefined;
  /** The addresses of a Redis client's connection, which its first commands bring along. */
  #ends: () => ConnectionEnds;
  #hasToldEnds = false;
  /** Whether it has shown a token that is known, where tokens are asked for. */
  #isAdmitted: boolean;
  /** Whether a query has come. */
  #hasAsked = false;
  /** Whether one has come since it was looked at. */
  #isAsked = false;
  /** Whether one is being answered. */
  #isAnswering = false;
  /** Whether what comes is refused, because the server stops. */
  #isRefusing = false;
  /** Whether notifications were sent, and the actor waits until they are written. */
  #isNotifying = false;
  #timer: QueryTimer;
  #monotonicMs: () => number;
  /** Whether what was asked is timed. */
  #isTimed = false;
  #served: Served;
  #resolve: (reply: QueryReply) => void = () => {};
  #closed = false;
  #reject: (error: Error) => void = () => {};

  constructor(
    thread: ActorThread,
    queryActor: ActorRef,
    all: Set<QueryConnection>,
    served: Served,
    ends: () => ConnectionEnds,
    { memory, limits, monotonicMs }: Accounted & Limited & Pick<Clock, "monotonicMs">,
    timer: QueryTimer,
  ) {
    this.#monotonicMs = monotonicMs;
    this.#timer = timer;
    this.#ends = ends;
    this.#served = served;
    this.#isAdmitted = !served.asksForTokens;
    this.#charge = new Charge(memory, "connections");
    this.#chunkBytes = limits.messageChunkBytes;
    this.#copiedBytesMax = limits.unchargedBytesMax;
    this.#thread = thread;
    this.#queryActor = queryActor;
    this.#queriesTold = thread.extraFigure(queriesTold);
    this.#all = all;
    this.#inbox = thread.openInbox((bytes, start, end) => {
      this.#reader.reset(bytes, start, end);
      if (isDeferred(bytes[start])) {
        const { replies, count } = readDeferred(this.#reader);
        if (count > 0) {
          served.sendDeferred(replies, count);
          if (this.#isTimed) this.#noteTime();
        } else this.#notify(replies);
      } else if (isPart(bytes[start])) this.#takePart(readPart(this.#reader));
      else if (isEnd(bytes[start])) served.end();
      else if (isAdmitted(bytes[start])) this.#isAdmitted = true;
      else this.#complete(readReply(this.#reader));
    });
  }

  get heldBytes(): number {
    return this.#charge.bytes;
  }

  /** Whoever asks without a token, be it for a Ping, has shown nothing of what it is here for. */
  get standing(): Standing {
    if (!this.#hasAsked) return "silent";
    return this.#isAdmitted ? "established" : "claiming";
  }

  /** Sends notifications, but not before the reply that the actor told before them. */
  #notify(notifications: Uint8Array): void {
    queueMicrotask(() => {
      if (this.#closed) return;
      this.#isNotifying = true;
      this.#served.sendDeferred(notifications, 0);
    });
  }

  /** Has the actor tell what has changed meanwhile. */
  written(): void {
    if (!this.#isNotifying || this.#closed) return;
    this.#isNotifying = false;
    const message: NotifiedMessage = {
      type: messageTypes.notified,
      inbox: this.#inbox.ref.counter,
    };
    this.#thread.tell(this.#queryActor, message);
  }

  #takePart(part: Uint8Array | undefined): void {
    if (part === undefined) return this.#freeParts();
    const own = this.#owned(part);
    this.#parts.push(own);
    this.#charge.add(own.buffer.byteLength);
  }

  #freeParts(): void {
    for (const part of this.#parts.splice(0)) spareMemory.give(part);
    this.#charge.set(0);
  }

  /** As it is, or in another buffer: in one of its own, in any case, most of which it fills. */
  #owned(part: Uint8Array): Uint8Array {
    const isAlone = this.#isAlone(part);
    if (isAlone && 2 * part.length >= part.buffer.byteLength) return part;
    const own = part.slice();
    if (isAlone) spareMemory.give(part);
    return own;
  }

  /** Whether a message is longer than a chunk of messages, and so has a buffer of its own. */
  #isAlone({ buffer }: Uint8Array): boolean {
    return buffer.byteLength > this.#chunkBytes;
  }

  /** A long reply, and the parts, are the connection's from now on. */
  #complete(reply: QueryReply): void {
    if (this.#isTimed && reply.deferred === 0) this.#noteTime();
    this.#isAnswering = false;
    if (reply.isBarred) this.#served.barred();
    if (this.#parts.length > 0) {
      reply.pieces = this.#parts;
      this.#parts = [];
      this.#charge.set(0);
    } else if (this.#isAlone(reply.replies)) {
      reply.pieces = [this.#owned(reply.replies)];
      reply.replies = nothing;
    }
    this.#resolve(reply);
  }

  get #door(): Door {
    return this.#cutter === undefined ? "frames" : "redis";
  }

  /** The actor says what was asked when it has told the reply. */
  #noteTime(): void {
    const { counter } = this.#inbox.ref;
    const nowMs = this.#monotonicMs();
    this.#isTimed = false;
    queueMicrotask(() => this.#timer.end(counter, nowMs));
  }

  cutterFor(firstByte: number): RequestCutter | undefined {
    if (!isFrame(firstByte)) this.#cutter = new CommandCutter(commandBounds);
    return this.#cutter;
  }

  execute(frames: Uint8Array, again: boolean): Promise<QueryReply> {
    if (this.#closed) return Promise.reject(closedError());
    // What comes again was counted the first time.
    const batch = again ? 0 : this.#cutter?.count ?? countFrames(frames);
    this.#queriesTold.add(batch);
    if (!this.#hasAsked && this.#served.asksForTokens) this.#tellOpened();
    this.#hasAsked = this.#isAsked = true;
    if (this.#isRefusing && this.#cutter === undefined) {
      return Promise.resolve(partingReply(frames, (error) => this.#reject(error as Error)));
    }
    if (batch > 0 && !this.#isTimed && this.#timer.isDue(this.#door)) {
      this.#isTimed = true;
      this.#timer.begin(this.#inbox.ref.counter, this.#door, batch, this.#monotonicMs());
    }
    this.#isAnswering = true;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (frames.length <= this.#copiedBytesMax) this.#tellCopy(frames, batch);
      else this.#tellInPlace(frames, batch);
    });
  }

  #tellOpened(): void {
    const { ref: { counter: inbox } } = this.#inbox;
    const { peer } = this.#ends();
    const message: OpenedMessage = { type: messageTypes.opened, inbox, host: hostOf(peer) };
    this.#thread.tell(this.#queryActor, message);
  }

  #tellCopy(frames: Uint8Array, batch: number): void {
    const writer = this.#thread.beginMessage();
    try {
      this.#writeHead(writer, frames);
      writer.raw(frames);
    } catch (error) {
      // There is no memory for a chunk of messages: that ends this connection, and none else.
      this.#thread.abandonMessage();
      throw error;
    }
    this.#thread.tellWritten(this.#queryActor, batch);
  }

  /** Completes the message where the frames lie: nobody changes them before the reply. */
  #tellInPlace(frames: Uint8Array, batch: number): void {
    head.clear();
    this.#writeHead(head, frames);
    const bytes = new Uint8Array(frames.buffer);
    const end = frames.byteOffset + frames.length;
    const start = frames.byteOffset - head.size;
    bytes.set(head.written(), start);
    this.#thread.tellInPlace(this.#queryActor, bytes, start, end, batch);
  }

  #writeHead(writer: MsgpackWriter, { length }: Uint8Array): void {
    const { counter } = this.#inbox.ref;
    if (this.#cutter === undefined) writeQueryHead(writer, counter, this.#all.size, length);
    else {
      const ends = this.#hasToldEnds ? undefined : this.#ends();
      this.#hasToldEnds = true;
      writeCommandsHead(writer, counter, this.#all.size, ends, length);
    }
  }

  /** Answers what comes from now on with a refusal. Redis has none: those who speak it see the end alone. */
  refuse(): void {
    this.#isRefusing = true;
  }

  /** Whether something has come since this was called last, or is being answered. */
  takeIsAsked(): boolean {
    const isAsked = this.#isAsked || this.#isAnswering;
    this.#isAsked = false;
    return isAsked;
  }

  close(): void {
    this.#all.delete(this);
    this.#inbox.close();
    if (this.#closed) return;
    this.#closed = true;
    this.#timer.forget(this.#inbox.ref.counter);
    this.#freeParts();
    if (this.#hasAsked) {
      const message: ClosedMessage = { type: messageTypes.closed, inbox: this.#inbox.ref.counter };
      this.#thread.tell(this.#queryActor, message);
    }
    this.#reject(closedError());
  }
}

const nothing = new Uint8Array();

/** What stands before frames in their message; one for all connections. */
const head = new MsgpackWriter(frameHeadroomBytes);

function closedError(): Error {
  return new Error("The connection was closed");
}

function countFrames(frames: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < frames.length; count++) at += frameHeaderBytes + frameLength(frames, at);
  return count;
}
