import { type Logger, reasonOf } from "../log/mod.ts";
import { type Environment, type MsgpackWriter, writeValue } from "../rpc/mod.ts";
import type { ActorContext, NewActor } from "./actor.ts";
import { type ActorRef, uid } from "./actor_ref.ts";
import { type ChannelOptions, Channels } from "./channels.ts";
import type { Inbox, ReceiveMarshalled } from "./inbox.ts";
import type { MetListener } from "./introductions.ts";
import { LocalActor } from "./local_actor.ts";
import { type Delivery, type Marshalled, Marshaller } from "./marshaller.ts";
import { Scheduler } from "./scheduler.ts";
import { type ExtraFigure, figureOf, type StatsTable, type SystemStats } from "./stats.ts";
import { type LinkState, noLink, type TellLink } from "./tell_network.ts";
import type { TellObserver } from "./tell_observer.ts";

/** A message has no receiver: the actor is gone, or the channel has had its message. */
export class UndeliverableError extends Error {
  static {
    this.prototype.name = "UndeliverableError";
  }
}

/** A channel: a ref to give away, and the first message that comes to it. */
export interface ChannelRef<T> {
  /** Where the message is to be told. */
  readonly ref: ActorRef;
  /**
   * The first message. Rejects with a `ChannelTimeoutError`, the signal's reason, or an error when the system closes.
   */
  readonly response: Promise<T>;
}

/** Which thread of which system. */
export interface ThreadIdentity {
  /** The system's `host:port`, part of every ref. */
  readonly address: string;
  /** 64 random bits as 16 hexadecimal digits, drawn at the start of the system. */
  readonly incarnation: string;
  /** From 0, the main thread, to `threadCount - 1`. */
  readonly thread: number;
  /** Number of the system's threads. */
  readonly threadCount: number;
}

/** How messages leave a thread for receivers on other threads and systems: they are copied, and not held. */
export interface OutboundRoutes {
  /** To another thread of this system. @returns whether the message is on its way. */
  toThread(thread: number, counter: number, message: Marshalled): boolean;
  /** To another system. @returns whether the message is on its way. */
  toSystem(ref: ActorRef, message: Marshalled, reserved: boolean): boolean;
  /** The link to a remote actor's system, where this thread has one. */
  link(ref: ActorRef): TellLink | undefined;
  /** Dials a remote actor's system; `false` where this thread has no links. */
  meet(ref: ActorRef, by: ActorRef, listener: MetListener): void;
  /** Ends the link to a remote actor's system. */
  unlink(ref: ActorRef): void;
  /** Whether another system claims the address of this one; `false` where that is not known. */
  isContested(): boolean;
}

/**
 * The actors of one thread of a system, their scheduler, and the other receivers there: channels and
 * inboxes. A ref does not name its thread, because its counter does: counter - 1, modulo the number of
 * threads.
 *
 * Every message is marshalled when it is told and unmarshalled when it is handled, also between two
 * actors side by side: no two of them ever share an object. (After Akka; the mailboxes are plain
 * queues, the scheduling is cooperative.)
 */
export class ActorThread {
  /** The system's `host:port`, part of every ref. */
  readonly address: string;
  /** 64 random bits as 16 hexadecimal digits, drawn at the start of the system. */
  readonly incarnation: string;
  /**
   * Called with what an actor threw and the actor's ref, and with an `UndeliverableError` and the
   * receiver's ref when a message could not be delivered. Default: logs the former; the latter are
   * counted in `messagesDropped`, because there may be very many of them.
   *
   * @param from the host of the system that sent the message, unless it was this one
   */
  onError: (error: unknown, ref: ActorRef, from?: string) => void = (error, ref, from) => {
    if (error instanceof UndeliverableError) return;
    if (from === undefined) this.log.bug("Actor {actor} failed", error, { actor: uid(ref) });
    else this.#logFaultOf(from, error);
  };
  /** Sees all that is told; absent: nobody does. */
  observer: TellObserver | undefined;
  /** Takes the log records of this thread and its actors. */
  readonly log: Logger;

  #identity: ThreadIdentity;
  #environment: Environment;
  #outbound: OutboundRoutes;
  #table: StatsTable;
  #figures: Float64Array;
  #scheduler: Scheduler;
  #marshaller: Marshaller;
  #actors = new Map<number, LocalActor>();
  #inboxes = new Map<number, ReceiveMarshalled>();
  #channels: Channels;
  #delayed = new Set<() => void>();
  #lastCounter: number;
  #closed = false;
  /** Lets the event loop be slow again to come around. */
  #stopYielding: (() => void) | undefined;

  /**
   * A thread is made by `ActorSystem.start` or `joinSystem`.
   *
   * @param outbound carry messages for receivers that are not on this thread
   */
  constructor(
    identity: ThreadIdentity,
    environment: Environment,
    log: Logger,
    table: StatsTable,
    outbound: OutboundRoutes,
  ) {
    this.log = log;
    this.#identity = identity;
    this.address = identity.address;
    this.incarnation = identity.incarnation;
    this.#environment = environment;
    this.#outbound = outbound;
    this.#table = table;
    this.#figures = table.row(identity.thread);
    this.#scheduler = new Scheduler(environment);
    this.#stopYielding = environment.keepYielding?.();
    this.#marshaller = new Marshaller(environment.limits.messageChunkBytes);
    this.#channels = new Channels(environment);
    this.#lastCounter = identity.thread + 1 - identity.threadCount;
  }

  /** Starts an actor: `newActor` is called now, and may tell already. */
  startActor(newActor: NewActor): ActorRef {
    const self = this.#newRef();
    const local = new LocalActor(this.#environment.limits.ratePairsMax, (error, from) => {
      this.#marshaller.abandon();
      this.onError(error, self, from);
    });
    // Added before it is made, because `newActor` may tell the actor something.
    this.#actors.set(self.counter, local);
    try {
      local.actor = newActor(this.#newContext(self, local));
    } catch (error) {
      this.#actors.delete(self.counter);
      local.mailbox.close();
      throw error;
    }
    return self;
  }

  /**
   * Sends a message from outside the actors.
   *
   * @throws {UnmarshallableError} when `message` cannot travel; names the path to the part.
   */
  tell(ref: ActorRef, message: unknown): void {
    this.#tellFromOutside(ref, this.#marshal(message), 1);
  }

  /**
   * Begins a message from outside the actors that is marshalled by hand: write exactly one value, and
   * call `tellWritten`, before anything else is told.
   */
  beginMessage(): MsgpackWriter {
    return this.#marshaller.begin();
  }

  /**
   * Sends the message that was begun.
   *
   * @param batch counts as so many messages: those that this one is a batch of
   */
  tellWritten(ref: ActorRef, batch = 1): void {
    this.#tellFromOutside(ref, this.#marshaller.end(), batch);
  }

  /**
   * Sends a message that lies elsewhere to an actor of this thread, and makes no copy of it: its bytes must
   * not change until it is handled.
   *
   * @param batch as for `tellWritten`
   */
  tellInPlace(ref: ActorRef, bytes: Uint8Array, start: number, end: number, batch = 1): void {
    this.#tellFromOutside(ref, { bytes, start, end, from: undefined }, batch);
  }

  /** Forgets the message that was begun. */
  abandonMessage(): void {
    this.#marshaller.abandon();
  }

  /** Opens a channel: whoever has its ref can send it one message; later ones are dropped. */
  newChannelRef<T = unknown>(options: ChannelOptions = {}): ChannelRef<T> {
    const ref = this.#newRef();
    this.#figures[figureOf.channelRefsUsed]++;
    return { ref, response: this.#channels.open<T>(ref.counter, options) };
  }

  /** Opens an inbox: its messages leave the actors, one by one and in order. */
  openInbox(receive: ReceiveMarshalled): Inbox {
    const ref = this.#newRef();
    if (!this.#closed) this.#inboxes.set(ref.counter, receive);
    return { ref, close: () => void this.#inboxes.delete(ref.counter) };
  }

  /**
   * A figure that the host counts on this thread.
   *
   * @throws {RangeError} when the system was not started with a figure of that name.
   */
  extraFigure(name: string): ExtraFigure {
    return this.#table.extra(this.#identity.thread, name);
  }

  /** Number of channel refs that still wait for their message. */
  get openChannels(): number {
    return this.#channels.size;
  }

  /** Whether `ref` names an actor of this incarnation of the system. */
  isLocal(ref: ActorRef): boolean {
    return ref.incarnation === this.incarnation && ref.address === this.address;
  }

  /** The figures of all threads at this moment. */
  stats(): SystemStats {
    return this.#table.sum();
  }

  /** Passes on a message from another thread or system: to its receiver here, or further on. */
  relay(to: number | ActorRef, message: Delivery): void {
    if (this.#closed) return;
    try {
      if (typeof to !== "number") this.#route(to, message, false);
      else if (!this.#deliver(to, message)) this.drop(this.#refTo(to));
    } catch (error) {
      // A channel's message that cannot be unmarshalled: the sender's fault, not ours.
      this.onError(error, typeof to === "number" ? this.#refTo(to) : to, message.from);
    }
  }

  /** Counts bytes of a tell from another system. */
  countReceived(bytes: number): void {
    this.#figures[figureOf.remoteBytesReceived] += bytes;
  }

  /** Counts messages that reach no receiver. */
  countDropped(count: number): void {
    this.#figures[figureOf.messagesDropped] += count;
  }

  /** Counts a message of another system that was refused. */
  countRefused(): void {
    this.#figures[figureOf.refusedMessages]++;
  }

  /** Says how many other systems do not accept this one. */
  setRefusedBy(count: number): void {
    this.#figures[figureOf.refusedBy] = count;
  }

  /** Counts and reports a message that does not reach its receiver. */
  drop(ref: ActorRef): void {
    this.countDropped(1);
    this.onError(new UndeliverableError("Cannot deliver a message: its receiver is gone"), ref);
  }

  /** Ends the actors; open channels reject, new ones too. Resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const cancel of this.#delayed) cancel();
    this.#delayed.clear();
    for (const actor of this.#actors.values()) actor.mailbox.close();
    this.#inboxes.clear();
    this.#channels.close(new Error("The actor system is closed"));
    await this.#scheduler.idle();
    this.#stopYielding?.();
    this.#stopYielding = undefined;
  }

  /** Logs no trace above level debug, because anyone can send a message that cannot be handled. */
  #logFaultOf(peer: string, error: unknown): void {
    this.log.warn("Cannot handle a message of {peer}", { peer, reason: reasonOf(error) });
    const trace = error instanceof Error ? error.stack ?? "" : "";
    this.log.debug("Handling a message of {peer} failed here", { peer, trace });
  }

  #newRef(): ActorRef {
    return this.#refTo(this.#lastCounter += this.#identity.threadCount);
  }

  #refTo(counter: number): ActorRef {
    return { address: this.address, incarnation: this.incarnation, counter };
  }

  #newContext(self: ActorRef, local: LocalActor): ActorContext {
    const linkTo = (ref: ActorRef) => this.#closed ? undefined : this.#outbound.link(ref);
    return {
      self,
      limits: this.#environment.limits,
      memory: this.#environment.memory,
      tell: (ref, message, options) =>
        this.#tellFrom(local, self, ref, this.#marshal(message), options?.reserved ?? false),
      beginMessage: () => this.#marshaller.begin(),
      abandonMessage: () => this.#marshaller.abandon(),
      tellWritten: (ref) => this.#tellFrom(local, self, ref, this.#marshaller.end(), false),
      link: (ref): LinkState => linkTo(ref) ?? noLink,
      tellAfter: (ref, message, delayMs) => {
        const marshalled = this.#marshalToKeep(message);
        if (this.#closed) return () => {};
        const cancel = this.#environment.after(delayMs, () => {
          this.#delayed.delete(cancel);
          this.#tellFrom(local, self, ref, marshalled, false);
        });
        this.#delayed.add(cancel);
        return () => {
          if (this.#delayed.delete(cancel)) cancel();
        };
      },
      watchLink: (ref, message) => {
        const marshalled = this.#marshalToKeep(message);
        linkTo(ref)?.onChange(() => this.#tellFrom(local, self, self, marshalled, false));
      },
      meet: (ref, by, message) => {
        if (this.#closed) return;
        this.#outbound.meet(ref, by, (outcome, found) => {
          this.#tellFrom(local, self, self, this.#marshal(message(outcome, found)), false);
        });
      },
      unlink: (ref) => this.#outbound.unlink(ref),
      hold: () => local.hold(),
      isContested: () => this.#outbound.isContested(),
      isLocal: (ref) => this.isLocal(ref),
      now: () => this.#environment.now(),
      // A `SendPacer` reads the clock before each message: `maxMessageRate` goes by the same moment.
      monotonicMs: () => this.#scheduler.readClock(),
      recentMs: () => this.#scheduler.nowMs,
      log: this.log,
      stats: () => this.stats(),
    };
  }

  #marshal(message: unknown): Marshalled {
    const writer = this.#marshaller.begin();
    try {
      writeValue(writer, message);
    } catch (error) {
      this.#marshaller.abandon();
      throw error;
    }
    return this.#marshaller.end();
  }

  /** Marshals a message that is told later, into memory of its own: a chunk is kept with any message in it. */
  #marshalToKeep(message: unknown): Marshalled {
    const { bytes, start, end } = this.#marshal(message);
    return { bytes: bytes.slice(start, end), start: 0, end: end - start, from: undefined };
  }

  #tellFromOutside(ref: ActorRef, message: Marshalled, batch: number): void {
    this.#figures[figureOf.messagesSentExternal] += batch;
    this.observer?.told(undefined, ref, message);
    this.#send(ref, message, false);
  }

  #tellFrom(
    sender: LocalActor,
    self: ActorRef,
    ref: ActorRef,
    message: Marshalled,
    reserved: boolean,
  ): void {
    this.#figures[figureOf.messagesSentActor]++;
    this.#countRate(sender, self, ref);
    this.observer?.told(self, ref, message);
    this.#send(ref, message, reserved);
  }

  /** Counts messages to actors only, not those to channels and inboxes. */
  #countRate(sender: LocalActor, self: ActorRef, ref: ActorRef): void {
    const local = this.isLocal(ref);
    if (local) {
      if (ref.counter === self.counter) return;
      if (this.#isHere(ref.counter) && !this.#actors.has(ref.counter)) return;
    }
    const rate = sender.rates.add(
      local ? ref.counter : sender.remoteUid(ref),
      this.#scheduler.nowMs,
    );
    if (rate > this.#figures[figureOf.maxMessageRate]) {
      this.#figures[figureOf.maxMessageRate] = rate;
    }
  }

  #send(ref: ActorRef, message: Marshalled, reserved: boolean): void {
    if (this.#closed) return;
    this.#figures[figureOf.bytesSent] += message.end - message.start;
    this.#route(ref, message, reserved);
    if (!this.isLocal(ref) || !this.#isHere(ref.counter)) this.#marshaller.free(message);
  }

  #route(ref: ActorRef, message: Delivery, reserved: boolean): void {
    const sent = this.isLocal(ref)
      ? this.#deliver(ref.counter, message)
      // An earlier incarnation of this very address is nobody.
      : ref.address !== this.address && this.#outbound.toSystem(ref, message, reserved);
    if (!sent) this.drop(ref);
  }

  #threadOf(counter: number): number {
    return (counter - 1) % this.#identity.threadCount;
  }

  #isHere(counter: number): boolean {
    return this.#threadOf(counter) === this.#identity.thread;
  }

  /** @returns whether the receiver is here, or on another thread, which drops it if it is not there. */
  #deliver(counter: number, message: Delivery): boolean {
    const actor = this.#actors.get(counter);
    if (actor !== undefined) {
      actor.mailbox.push(message);
      this.#scheduler.schedule(actor);
      return true;
    }
    message.source?.handled(message);
    const { bytes, start, end } = message;
    const inbox = this.#inboxes.get(counter);
    if (inbox !== undefined) {
      inbox(bytes, start, end);
      return true;
    }
    if (this.#isHere(counter)) return this.#channels.deliver(counter, bytes, start, end);
    return this.#outbound.toThread(this.#threadOf(counter), counter, message);
  }
}
