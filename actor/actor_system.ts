import {
  decode,
  type Environment,
  MsgpackWriter,
  realEnvironment,
  tcpTransport,
  type Transport,
  writeValue,
} from "../rpc/mod.ts";
import type { ActorContext, NewActor } from "./actor.ts";
import { type ActorRef, uid } from "./actor_ref.ts";
import { type ChannelOptions, Channels } from "./channels.ts";
import { LocalActor } from "./local_actor.ts";
import { Scheduler } from "./scheduler.ts";
import { newSystemStats, type SystemStats } from "./stats.ts";
import type { LinkState, TellLink, TellNetwork, TellPort } from "./tell_network.ts";
import { RpcTellNetwork } from "./tell_port.ts";

/** A message had nobody to go to: its receiver is gone, or was a channel that has had its message. */
export class UndeliverableError extends Error {
  override name = "UndeliverableError";
}

/** Options of `ActorSystem.start`. */
export interface ActorSystemOptions {
  /** Where the system port listens. */
  hostname: string;
  /** 0: any free port. */
  port: number;
  /** The `host:port` by which others reach the system port; default: where it listens. */
  advertise?: string;
  /** Clock, timers and randomness; default: the machine's. */
  environment?: Environment;
  /** The network, byte for byte; default: TCP. */
  transport?: Transport;
  /** What carries tells to other systems; default: connections over `transport`. */
  network?: TellNetwork;
}

/** How a tell from outside counts. */
export interface BatchOptions {
  /** Counts as so many messages: those that this one is a batch of. Default 1. */
  batch?: number;
}

/** A channel: a ref to give away, and the first message that comes to it. */
export interface ChannelRef<T> {
  readonly ref: ActorRef;
  /**
   * Rejects with a `ChannelTimeoutError`, the signal's reason, or an error when the system closes.
   */
  readonly response: Promise<T>;
}

/**
 * The actors of one process, and its port to those of others.
 *
 * Every message is marshalled when it is told and unmarshalled when it is handled, also between two
 * actors side by side: no two of them ever share an object. (After Akka; the mailboxes are plain
 * queues, the scheduling is cooperative.)
 */
export class ActorSystem {
  /** The system's `host:port`, part of every ref. */
  readonly address: string;
  /** 64 random bits: this life of the address. */
  readonly incarnation: string;
  /**
   * Told of what an actor threw, with its ref, and of messages that could not be delivered, with
   * their receiver's and an `UndeliverableError`. Default: prints the former; the latter are
   * counted in `messagesDropped`, and there may be very many of them.
   */
  onError: (error: unknown, ref: ActorRef) => void = (error, ref) => {
    if (!(error instanceof UndeliverableError)) console.error(`Actor ${uid(ref)}:`, error);
  };
  /** What `Describe` on the system port answers. */
  description = "";
  /** What `Stats` say of the state that was to be taken over. */
  ready = true;

  #environment: Environment;
  #scheduler: Scheduler;
  #port: TellPort;
  #actors = new Map<number, LocalActor>();
  #channels: Channels;
  #delayed = new Set<() => void>();
  #lastCounter = 0;
  #stats = newSystemStats();
  #writer = new MsgpackWriter(4096);
  #closed = false;

  /** Binds the system port. @throws {Error} when it cannot be bound. */
  // deno-lint-ignore require-await -- starting is asynchronous by contract
  static async start(options: ActorSystemOptions): Promise<ActorSystem> {
    return new ActorSystem(options);
  }

  private constructor(options: ActorSystemOptions) {
    this.#environment = options.environment ?? realEnvironment;
    this.#scheduler = new Scheduler(this.#environment);
    this.#channels = new Channels(this.#environment);
    this.incarnation = this.#environment.hex64();
    const transport = options.transport ?? tcpTransport;
    const network = options.network ??
      new RpcTellNetwork(transport, transport, this.#environment);
    this.#port = network.open(options.hostname, options.port, {
      address: () => this.address,
      incarnation: this.incarnation,
      receive: (counter, bytes) => this.#receive(counter, bytes),
      dropped: (count) => void (this.#stats.messagesDropped += count),
      describe: () => this.description,
      stats: () => this.stats(),
      bug: (error) => this.onError(error, this.#newRef(0)),
    });
    this.address = options.advertise ?? this.#port.address;
  }

  /** Starts an actor: `newActor` is called now, and may tell already. */
  startActor(newActor: NewActor): ActorRef {
    const self = this.#newRef(++this.#lastCounter);
    const local = new LocalActor((error) => this.onError(error, self));
    // It is known before it is made, because it may tell itself something then.
    this.#actors.set(self.counter, local);
    try {
      local.actor = newActor(this.#newContext(self));
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
  tell(ref: ActorRef, message: unknown, { batch = 1 }: BatchOptions = {}): void {
    const bytes = this.#marshal(message);
    this.#stats.messagesSentExternal += batch;
    this.#send(ref, bytes, false);
  }

  /** Opens a channel: whoever has its ref can send it one message; later ones are dropped. */
  newChannelRef<T = unknown>(options: ChannelOptions & BatchOptions = {}): ChannelRef<T> {
    const ref = this.#newRef(++this.#lastCounter);
    this.#stats.channelRefsUsed += options.batch ?? 1;
    return { ref, response: this.#channels.open<T>(ref.counter, options) };
  }

  /** Number of channel refs that still wait for their message. */
  get openChannels(): number {
    return this.#channels.size;
  }

  /** Whether `ref` names an actor of this system in its present life. */
  isLocal(ref: ActorRef): boolean {
    return ref.incarnation === this.incarnation && ref.address === this.address;
  }

  /** The figures at this moment. */
  stats(): SystemStats {
    const stats = { ...this.#stats };
    stats.messagesSent = stats.messagesSentExternal + stats.messagesSentActor;
    stats.ready = this.ready;
    return stats;
  }

  /**
   * Ends the actors and frees the port; open channels reject, new ones too. Resolves when the port
   * is free and nothing runs any more.
   */
  async close(): Promise<void> {
    this.#closed = true;
    for (const cancel of this.#delayed) cancel();
    this.#delayed.clear();
    for (const actor of this.#actors.values()) actor.mailbox.close();
    this.#channels.close(new Error("The actor system is closed"));
    await Promise.all([this.#port.close(), this.#scheduler.idle()]);
  }

  #linkTo(ref: ActorRef): TellLink | undefined {
    return this.#closed ? undefined : this.#port.link(ref.address, ref.incarnation);
  }

  #newRef(counter: number): ActorRef {
    return { address: this.address, incarnation: this.incarnation, counter };
  }

  #newContext(self: ActorRef): ActorContext {
    return {
      self,
      tell: (ref, message, options) =>
        this.#tellFrom(self, ref, this.#marshal(message), options?.reserved ?? false),
      link: (ref) => this.#linkTo(ref) ?? noLink,
      tellAfter: (ref, message, delayMs) => {
        const bytes = this.#marshal(message);
        if (this.#closed) return;
        const cancel = this.#environment.after(delayMs, () => {
          this.#delayed.delete(cancel);
          this.#tellFrom(self, ref, bytes, false);
        });
        this.#delayed.add(cancel);
      },
      watchLink: (ref, message) => {
        const bytes = this.#marshal(message);
        this.#linkTo(ref)?.onChange(() => {
          this.#tellFrom(self, self, bytes, false);
        });
      },
      isLocal: (ref) => this.isLocal(ref),
      now: () => this.#environment.now(),
      monotonicMs: () => this.#environment.monotonicMs(),
      stats: () => this.stats(),
    };
  }

  #tellFrom(sender: ActorRef, ref: ActorRef, bytes: Uint8Array, reserved: boolean): void {
    this.#stats.messagesSentActor++;
    this.#countRate(sender, ref);
    this.#send(ref, bytes, reserved);
  }

  /** Channels are not counted: each gets one message in its life. */
  #countRate(sender: ActorRef, ref: ActorRef): void {
    const local = this.isLocal(ref);
    if (local && (ref.counter === sender.counter || !this.#actors.has(ref.counter))) return;
    const rates = this.#actors.get(sender.counter)?.rates;
    const rate = rates?.add(local ? ref.counter : uid(ref), this.#environment.monotonicMs()) ?? 0;
    if (rate > this.#stats.maxMessageRate) this.#stats.maxMessageRate = rate;
  }

  #marshal(message: unknown): Uint8Array {
    this.#writer.clear();
    writeValue(this.#writer, message);
    return this.#writer.written().slice();
  }

  /** Takes over `bytes`. */
  #send(ref: ActorRef, bytes: Uint8Array, reserved: boolean): void {
    if (this.#closed) return;
    this.#stats.bytesSent += bytes.length;
    const sent = this.isLocal(ref)
      ? this.#deliver(ref.counter, bytes)
      : this.#sendAway(ref, bytes, reserved);
    if (!sent) this.#drop(ref);
  }

  /** @returns whether there is such an actor or open channel. */
  #deliver(counter: number, bytes: Uint8Array): boolean {
    const actor = this.#actors.get(counter);
    if (actor === undefined) return this.#channels.deliver(counter, decode(bytes));
    actor.mailbox.push(bytes);
    this.#scheduler.schedule(actor);
    return true;
  }

  /** @returns whether the message is on its way; nothing says whether it arrives. */
  #sendAway(ref: ActorRef, bytes: Uint8Array, reserved: boolean): boolean {
    if (ref.address === this.address) return false; // An earlier life of this very address.
    return this.#linkTo(ref)?.send(ref.counter, bytes, reserved) ?? false;
  }

  /** Takes a message from another system. */
  #receive(counter: number, bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#stats.remoteBytesReceived += bytes.length;
    try {
      if (!this.#deliver(counter, bytes)) this.#drop(this.#newRef(counter));
    } catch (error) {
      // A channel's message that cannot be unmarshalled: the sender's fault, not ours.
      this.onError(error, this.#newRef(counter));
    }
  }

  #drop(ref: ActorRef): void {
    this.#stats.messagesDropped++;
    this.onError(new UndeliverableError("Cannot deliver a message: its receiver is gone"), ref);
  }
}

/** The state of a link for which there is no place. */
const noLink: LinkState = { isUp: false, epoch: 0, isGone: false, roomBytes: 0, reset() {} };
