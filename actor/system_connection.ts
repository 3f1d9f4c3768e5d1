import { type Admission, expectAllowed, type Rights } from "../access/mod.ts";
import {
  type Accounted,
  answerFrames,
  type Clock,
  deferred,
  type EndConnection,
  type FrameExecutor,
  type Incoming,
  type Limited,
  mismatch,
  MsgpackReader,
  MsgpackWriter,
  type Reply,
  type RequestHandler,
  RpcError,
  type SendDeferred,
  type Standing,
  type Timers,
  TurnTime,
} from "../rpc/mod.ts";
import { Heartbeat } from "./heartbeat.ts";
import { readHello, writeHelloReply } from "./hello.ts";
import { HelloCheck } from "./hello_check.ts";
import type { EndMeeting, MeetingOutcome, MetListener } from "./introductions.ts";
import { type LinkNotice, noticeOf, writeNotice } from "./link_notice.ts";
import type { Delivery, DeliverySource, Marshalled } from "./marshaller.ts";
import { ReceiveWindow } from "./receive_window.ts";
import type { Claim, SystemId } from "./system_id.ts";
import { systemMethodNeeds, SystemMethods } from "./system_methods.ts";
import { isTell, readTell } from "./tell_frame.ts";
import type { TellHost } from "./tell_network.ts";
import type { UnhandledMessages } from "./unhandled_messages.ts";

/** The port of a `SystemConnection`, as the connection sees it. */
export interface ConnectionHost {
  readonly system: TellHost;
  readonly environment: Pick<Timers, "after" | "soon"> & Clock & Limited & Accounted;
  /** The messages of all connections that are not handled. */
  readonly unhandled: UnhandledMessages;
  /**
   * Finds out whether a system was greeted at the address that a caller claims, and says that the caller
   * is itself; dials it if need be.
   *
   * @returns what ends that, because the caller is gone
   */
  meet(claim: Claim, from: string, listener: MetListener): EndMeeting;
  /** What a new connection from `host` shows of who is at its other end; `undefined`: nobody asks. */
  admit(host: string): Admission | undefined;
  /** Called when a connection is over. */
  left(connection: SystemConnection): void;
  /** Whether this system shows `countersign` to the system that asks, and to nobody else. */
  isMine(countersign: string, caller: SystemId): boolean;
  /** Called when a connection is read no further because memory is full, and when that is over. */
  waitsForMemory(waits: boolean): void;
  /** Called when the system of a connection was greeted, and when that connection ends. */
  opened(id: SystemId, connection: SystemConnection): void;
  closed(id: SystemId, connection: SystemConnection): void;
  /** Called with the bytes of each message of a system that was greeted. */
  heardOf(id: SystemId, bytes: number): void;
  /** Called when a message of a system that was greeted is refused. */
  refusedOf(id: SystemId): void;
  /** Called with what the clock of a system showed, and how long it took to be told. */
  readClock(id: SystemId, clockMs: number, roundTripMs: number): void;
}

/** How to send something on a connection that no reply is, and how to end it. */
export interface ConnectionEnds {
  /** The host at the other end. */
  peer: string;
  sendDeferred: SendDeferred;
  end: EndConnection;
}

/** Who is at the other end. */
type Caller =
  | { name: "unknown" }
  /** It said who it is; its address is being dialed, to see whether it is there. */
  | { name: "claimed"; id: SystemId }
  /** It was greeted at its address. */
  | { name: "greeted"; id: SystemId }
  /** Nothing of it is heard any more. */
  | { name: "refused" };

/**
 * What comes to a system's port on one connection: `Hello`, and what else any caller may ask (`SystemMethods`).
 * `Tell` is heard only after a `Hello` for this incarnation of the system, so that a message to an earlier one
 * reaches nobody, and only of a system that was greeted at its address. Each message is checked, whole,
 * before it is handed over; one that fails ends the connection. What a newer version may send beside it
 * is ignored.
 *
 * The messages that are handed over and not handled are bounded, for each connection and for all: at the bound no
 * more is read.
 */
export class SystemConnection implements FrameExecutor, RequestHandler, DeliverySource {
  isWaiting = false;
  readonly replyBatchBytesMax: number;
  readonly turnTime: TurnTime;
  #host: ConnectionHost;
  #ends: ConnectionEnds;
  #caller: Caller = { name: "unknown" };
  #reader = new MsgpackReader(nothing);
  #frames: Uint8Array = nothing;
  /** A copy of `#frames`, once a message is to outlive them. */
  #kept: Uint8Array | undefined;
  /** A message of a caller that is not greeted yet: the first one. The next one waits. */
  #held: { counter: number; message: Delivery } | undefined;
  #window: ReceiveWindow;
  /** When it was last said how many messages are handled, on the monotonic clock. */
  #acknowledgedMs = -Infinity;
  /** Whether bytes of a message have come, and not the rest of it. */
  #isInMidst = false;
  /** Whether the message that waits does so because the server's memory is full. */
  #isMemoryFull = false;
  /** Goes on when there may be room for the message that waits. */
  #resume: (() => void) | undefined;
  /** Keeps the caller from being told that nobody answers at its address. */
  #cancelClaimNotice: (() => void) | undefined;
  /** Ends the introduction that is under way. */
  #endMeeting: EndMeeting | undefined;
  /** The version of the caller's program, as it says. */
  version: string | undefined;
  /** When anything came last, on the monotonic clock. */
  heardMs: number;
  #heartbeat: Heartbeat;
  /** How many responses of the frames that are being executed come later. */
  #deferredNow = 0;
  #closed = false;
  #admission: Admission | undefined;
  #helloCheck: HelloCheck;
  #methods: SystemMethods;

  constructor(host: ConnectionHost, ends: ConnectionEnds) {
    this.#host = host;
    this.#ends = ends;
    this.#admission = host.admit(ends.peer);
    this.#helloCheck = new HelloCheck(host.system, ends.peer, this.#admission);
    this.#methods = new SystemMethods(
      host.system,
      this.#helloCheck,
      this.#admission,
      (response) => {
        if (!this.#closed) ends.sendDeferred(response, 1);
      },
    );
    this.#window = new ReceiveWindow(
      host.environment,
      host.unhandled,
      (count) => this.#acknowledge(count),
    );
    this.#heartbeat = new Heartbeat(host.environment, () => this.#send({ name: "Ping" }));
    this.heardMs = host.environment.monotonicMs();
    this.replyBatchBytesMax = host.environment.limits.replyBatchBytesMax;
    this.turnTime = new TurnTime(host.environment.limits, host.environment);
  }

  /** The host at the other end. */
  get peer(): string {
    return this.#ends.peer;
  }

  get standing(): Standing {
    switch (this.#caller.name) {
      case "claimed":
        return "claiming";
      case "greeted":
        return "established";
      default:
        return "silent";
    }
  }

  received(): void {
    this.#isInMidst = true;
    this.heardMs = this.#host.environment.monotonicMs();
  }

  /** Who is at the other end, once it has said so. */
  get id(): SystemId | undefined {
    return "id" in this.#caller ? this.#caller.id : undefined;
  }

  get isPeer(): boolean {
    return this.#caller.name === "greeted";
  }

  /** What the token allows that the caller has shown; `undefined`: none, or nobody asks. */
  get rights(): Rights | undefined {
    return this.#admission?.rights;
  }

  execute(frames: Uint8Array): Promise<Reply> | Reply {
    this.#isInMidst = false;
    if (this.isWaiting) return this.#executeWhenRoom(frames);
    const writer = new MsgpackWriter();
    this.#frames = frames;
    this.#deferredNow = 0;
    const answer = answerFrames(frames, this.#reader, writer, this);
    this.#reader.reset(this.#frames = nothing);
    this.#kept = undefined;
    const isBarred = this.#admission?.isBarred;
    if (isBarred) this.#host.system.barred(this.#ends.peer);
    const isLast = isBarred || this.#isDisguised;
    if (this.#isDisguised) this.#hearNoMore();
    return { ...answer, replies: writer.written(), deferred: this.#deferredNow, isLast };
  }

  async #executeWhenRoom(frames: Uint8Array): Promise<Reply> {
    const { environment } = this.#host;
    while (!this.#hasRoom && !this.#closed) {
      this.#noteMemoryFull(environment.memory.isFull);
      await new Promise<void>((resolve) => {
        // Nobody tells when the server's memory is no longer full, or the system has started.
        const { connectionCheckMs } = environment.limits;
        const cancel = environment.after(connectionCheckMs, () => this.#resume?.());
        this.#resume = () => (cancel(), resolve());
      });
    }
    this.#noteMemoryFull(false);
    if (this.#closed) throw new Error("Cannot go on: the connection is closed");
    this.isWaiting = false;
    return this.execute(frames);
  }

  #noteMemoryFull(isFull: boolean): void {
    if (isFull === this.#isMemoryFull) return;
    this.#isMemoryFull = isFull;
    this.#host.waitsForMemory(isFull);
  }

  get #hasRoom(): boolean {
    return this.#held === undefined && this.#window.hasRoom &&
      this.#host.system.isStarting?.() !== true;
  }

  /** Bytes of the message that waits until its caller was greeted. */
  get heldBytes(): number {
    return this.#held?.message.end ?? 0;
  }

  close(): void {
    this.#closed = true;
    this.#window.close();
    this.#heartbeat.close();
    this.#cancelClaimNotice?.();
    this.#endMeeting?.();
    const caller = this.#caller;
    if (caller.name === "greeted") this.#host.closed(caller.id, this);
    this.#caller = { name: "refused" };
    this.#takeHeld();
    this.#resume?.();
    this.#host.left(this);
  }

  /** Hears nothing more when its token is known no more. @returns whether that is so. */
  revoke(): boolean {
    if (!this.#admission?.revoke()) return false;
    this.#refuse();
    return true;
  }

  // ---- messages -----------------------------------------------------------------------------

  take(reader: MsgpackReader): boolean {
    if (!this.#isListening) return false;
    const { at } = reader;
    const counter = readTell(reader);
    if (counter === mismatch) return false;
    this.#receive(counter, reader.at, reader.end);
    if (this.isWaiting) reader.at = at;
    return true;
  }

  /** What is no well-formed `Tell` of a caller that is listened to is ignored, as other notifications are. */
  notification(notification: Incoming, reader: MsgpackReader): void {
    if (!this.#isListening) return;
    if (!isTell(notification, reader)) return this.#takeNotice(noticeOf(notification, reader));
    const counter = reader.uint();
    const count = counter === mismatch ? mismatch : reader.binHeader();
    if (count !== mismatch) this.#receive(counter, reader.at, reader.at + count);
  }

  /**
   * Whether the caller is heard as a server, and has shown another token behind that: then nothing would end when
   * the one of the server is removed.
   */
  get #isDisguised(): boolean {
    return this.#isListening && this.#admission?.rights?.allow("peer") === false;
  }

  get #isListening(): boolean {
    return this.#caller.name === "claimed" || this.#caller.name === "greeted";
  }

  /** All messages of one read live on in one copy of its bytes. */
  #receive(counter: number, start: number, end: number): void {
    if (!this.#hasRoom) {
      this.isWaiting = true;
      return;
    }
    const caller = this.#caller as Caller & { id: SystemId };
    this.#kept ??= this.#frames.slice();
    const message: Delivery = {
      bytes: this.#kept,
      start,
      end,
      from: this.#ends.peer,
      source: this,
    };
    const reason = this.#host.system.check(counter, message, caller.id);
    if (reason !== undefined) {
      this.#host.system.refusedMessage(this.#ends.peer, caller.id.address, reason);
      if (caller.name === "greeted") this.#host.refusedOf(caller.id);
      this.#refuse();
    } else if (caller.name === "greeted") {
      this.#host.heardOf(caller.id, end - start);
      this.#handOver(counter, message);
    } else this.#hold(counter, message);
  }

  /** Keeps a message until its caller was greeted: alone, because that may take a minute. */
  #hold(counter: number, message: Delivery): void {
    const bytes = message.bytes.slice(message.start, message.end);
    this.#held = { counter, message: { ...message, bytes, start: 0, end: bytes.length } };
    this.#window.hold(bytes.length);
  }

  #takeHeld(): { counter: number; message: Delivery } | undefined {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#window.release(held.message.end);
    return held;
  }

  #handOver(counter: number, message: Delivery): void {
    this.#window.add(message.end - message.start);
    this.#host.system.receive(counter, message);
  }

  handled({ start, end }: Pick<Marshalled, "start" | "end">): void {
    this.#window.handled(end - start);
    if (this.#hasRoom) this.#resume?.();
  }

  // ---- requests -----------------------------------------------------------------------------

  request(
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
  ): void | typeof deferred {
    const name = request.method(reader);
    expectAllowed(this.#admission, systemMethodNeeds[name] ?? "token", name);
    if (name === "Hello") return this.#hello(request, reader, writer);
    const answered = this.#methods.call(name, request, reader, writer);
    if (answered === deferred) this.#deferredNow++;
    return answered;
  }

  #hello({ paramCount }: Incoming, reader: MsgpackReader, writer: MsgpackWriter): void {
    const hello = readHello(paramCount, reader);
    this.#helloCheck.expect(hello);
    const { address, incarnation, countersign = null, isYours } = hello;
    this.version ??= hello.version;
    if (this.#caller.name === "unknown") this.#meet({ address, incarnation, countersign });
    else if (this.#isListening) this.#expectSame(hello);
    const isMine = isYours !== undefined && this.#host.isMine(isYours, { address, incarnation });
    writeHelloReply(writer, hello, { isMine, now: this.#host.system.now() });
  }

  #meet(claim: Claim): void {
    const id: SystemId = { address: claim.address, incarnation: claim.incarnation };
    this.#caller = { name: "claimed", id };
    const { claimNoticeMs } = this.#host.environment.limits;
    this.#cancelClaimNotice = this.#host.environment.after(claimNoticeMs, () => {
      this.#host.system.unanswered(this.#ends.peer, id.address);
      this.#send({
        name: "Refused",
        reason: `nobody answers at ${id.address}, which it advertises; it is tried again`,
      });
    });
    this.#endMeeting = this.#host.meet(
      claim,
      this.peer,
      (outcome) => this.#met(id, outcome),
    );
  }

  #met(id: SystemId, outcome: MeetingOutcome): void {
    this.#cancelClaimNotice?.();
    if (this.#closed || this.#caller.name !== "claimed") return;
    if (outcome !== "met") {
      // Two systems advertise the address, or this caller has started again since.
      if (outcome === "another") this.#send({ name: "Contested" });
      const where = "where nobody answers, or another system does, or one that has not made this " +
        "connection";
      const reason = `it advertises an address ${where}`;
      this.#host.system.refusedMessage(this.#ends.peer, id.address, reason);
      this.#send({ name: "Refused", reason: `it advertises ${id.address}, ${where}` });
      return this.#refuse();
    }
    this.#caller = { name: "greeted", id };
    this.#host.opened(id, this);
    const held = this.#takeHeld();
    if (held !== undefined) this.#handOver(held.counter, held.message);
    this.#resume?.();
  }

  #expectSame({ address, incarnation }: SystemId): void {
    const { id } = this.#caller as Caller & { id: SystemId };
    if (id.address === address && id.incarnation === incarnation) return;
    throw new RpcError("bad_request", "Cannot greet: this connection is another system's");
  }

  // ---- notices ------------------------------------------------------------------------------

  /** Asks whether the caller is still there, and what its clock shows. No answer changes nothing. */
  beat(): void {
    this.#heartbeat.beat();
  }

  #acknowledge(count: number): void {
    this.#acknowledgedMs = this.#host.environment.monotonicMs();
    this.#send({ name: "Ack", count });
  }

  /**
   * To be called now and then. While messages are unhandled, or one is coming, the caller is told so, lest it
   * take the connection for dead. When nothing has come for long the caller is asked whether it is still there,
   * and when nothing comes then, the connection ends: it is dead, and nobody has told. While nothing is read,
   * nothing can come.
   */
  check(): void {
    const { environment } = this.#host;
    const { pingPatienceMs, ackRepeatMs } = environment.limits;
    const nowMs = environment.monotonicMs();
    const isBusy = this.isWaiting || this.#isInMidst || this.#window.isBehind;
    if (isBusy && nowMs - this.#acknowledgedMs >= ackRepeatMs) {
      this.#window.repeat();
      // Said once for what has come, and again when more has.
      this.#isInMidst = false;
    }
    if (this.isWaiting) return;
    const silentMs = nowMs - this.heardMs;
    if (silentMs > pingPatienceMs / 2) this.beat();
    // A Pong may come long after it was asked for, behind what else the caller sends.
    if (Math.min(silentMs, 2 * this.#heartbeat.unansweredMs) > pingPatienceMs) this.#ends.end();
  }

  /**
   * Says that the caller's address answers as another system, and asks whether the caller is still there;
   * without an answer the connection ends.
   */
  contest(): void {
    if (this.#heartbeat.isExpected) return;
    this.#heartbeat.expect(() => this.#ends.end());
    this.#send({ name: "Contested" });
    this.beat();
  }

  #takeNotice(notice: LinkNotice | undefined): void {
    if (notice?.name !== "Pong") return;
    const { clockMs } = notice;
    const roundTripMs = this.#heartbeat.answered();
    if (clockMs !== undefined && roundTripMs !== undefined && this.#caller.name === "greeted") {
      this.#host.readClock(this.#caller.id, clockMs, roundTripMs);
    }
  }

  /** Ends the connection, and hears nothing more. */
  #refuse(): void {
    this.#hearNoMore();
    this.#ends.end();
  }

  #hearNoMore(): void {
    this.#cancelClaimNotice?.();
    const caller = this.#caller;
    if (caller.name === "greeted") this.#host.closed(caller.id, this);
    this.#caller = { name: "refused" };
    this.#takeHeld();
    this.isWaiting = false;
    this.#resume?.();
  }

  #send(notice: LinkNotice): void {
    const writer = new MsgpackWriter(64);
    writeNotice(writer, notice);
    this.#ends.sendDeferred(writer.written(), 0);
  }

  bug(error: unknown): void {
    this.#host.system.bug(error);
  }
}

const nothing = new Uint8Array();
