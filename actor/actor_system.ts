import { consoleLogger, logBarred, logCrowd, logCut, type Logger, logTls } from "../log/mod.ts";
import {
  type Environment,
  MsgpackError,
  MsgpackReader,
  realEnvironment,
  tcpTransport,
  type Transport,
} from "../rpc/mod.ts";
import { ContestedAddress } from "./contested_address.ts";
import { ActorThread } from "./actor_thread.ts";
import { type CheckMessage, Exposed } from "./exposed.ts";
import { defaultCluster } from "./hello.ts";
import type { ActorRef } from "./actor_ref.ts";
import { StatsTable } from "./stats.ts";
import type { TellNetwork, TellPort, Traffic } from "./tell_network.ts";
import { RpcTellNetwork } from "./tell_port.ts";
import { type ReceiveFromThread, ThreadLink, type ThreadPort } from "./thread_link.ts";
import type { ThreadConfig } from "./join_system.ts";

/** Options of `ActorSystem.start`. */
export interface ActorSystemOptions {
  /** Where the system port listens. */
  hostname: string;
  /** 0: any free port. */
  port: number;
  /** The `host:port` by which others reach the system port; default: where it listens. */
  advertise?: string;
  /** Threads that its actors are spread over, this one included. Default 1. */
  threadCount?: number;
  /** Clock, timers and randomness; default: the machine's. */
  environment?: Environment;
  /** The network, byte for byte; default: TCP. */
  transport?: Transport;
  /** What carries tells to other systems; default: connections over `transport`. */
  network?: TellNetwork;
  /** Takes the log records of the system; default: the console, from warnings on. */
  log?: Logger;
  /** Names of the figures that the host counts with `extraFigure`; default: none. */
  extraFigures?: readonly string[];
  /** Systems of the same cluster only greet each other. Default: "cmud". */
  cluster?: string;
  /** The version of the program, which other systems are told. Default: "0.0.0". */
  version?: string;
  /**
   * Whether messages of others wait until something is exposed: for a host that takes long to start, and would lose
   * the connection otherwise. Default: they are refused.
   */
  startsSlowly?: boolean;
}

/**
 * The actors of one process, and its port to those of others. It is the system's main thread; further
 * ones join with a `threadConfig`, and are reached through this one.
 */
export class ActorSystem extends ActorThread {
  /** What `Describe` on the system port answers; while it is empty that is `unavailable`. */
  description = "";
  /**
   * Makes what `Stats` on the system port answers. Default: the figures of the system and of its host.
   *
   * @param isLimited to a token whose keys are limited
   */
  report: (isLimited: boolean) => Readonly<Record<string, unknown>> = () => {
    const { extra, ...figures } = this.stats();
    return { ...figures, ...extra };
  };
  /** Makes what `Members` on the system port answers. Default: nobody is known. @param isLimited as for `report` */
  members: (isLimited: boolean) => Promise<readonly unknown[]> = () => Promise.resolve([]);
  /**
   * Called, once, when another system does not accept this one's greeting or messages, because it
   * speaks another version of the protocol or belongs to another cluster. Messages to it wait, as if it
   * could not be reached. Default: logs it.
   */
  onRefused: (address: string, reason: string) => void = (peer, reason) =>
    this.log.warn("Cannot connect to the system at {peer}, and go on trying: it refuses", {
      peer,
      reason,
    });
  #exposed: Exposed;
  #port: TellPort;
  #threadCount: number;
  #table: StatsTable;
  #threads: ThreadLink[];
  #environment: Environment;

  /** Binds the system port. @throws {Error} when it cannot be bound. */
  // deno-lint-ignore require-await -- starting is asynchronous by contract
  static async start(options: ActorSystemOptions): Promise<ActorSystem> {
    const environment = options.environment ?? realEnvironment;
    const transport = options.transport ?? tcpTransport;
    const network = options.network ?? new RpcTellNetwork(transport, transport, environment);
    const incarnation = environment.hex64();
    const contested = new ContestedAddress(environment.limits);
    // Nothing comes from the port before this function has returned.
    const port: TellPort = network.open(options.hostname, options.port, {
      address: () => system.address,
      incarnation,
      cluster: options.cluster ?? defaultCluster,
      now: () => environment.now(),
      version: options.version ?? "0.0.0",
      isStarting: () => options.startsSlowly === true && system.#exposed.isEmpty,
      check: (counter, message, from) => system.#exposed.refusalOf(counter, message, from),
      receive: (counter, message) => {
        system.countReceived(message.end - message.start);
        system.relay(system.#exposed.receiverOf(counter), message);
      },
      refusedMessage: (peer, claimed, reason) => {
        system.countRefused();
        system.log.warn("What comes from {peer} is refused", { peer, claimed, reason });
      },
      unanswered: (peer, claimed) =>
        system.log.warn(
          "A system at {peer} is not heard yet: nobody answers at the address that it advertises",
          { peer, claimed },
        ),
      mistaken: (peer, claimed) => {
        contested.noticed(environment.monotonicMs());
        system.log.info(
          "A server at {peer} knows an earlier start of the server at this address, or another one there: it is " +
            "to greet this one",
          { peer, claimed },
        );
      },
      memoryFull(isFull) {
        const { bytes, maxBytes } = environment.memory;
        if (isFull) {
          system.log.warn(
            "Memory is full ({bytes} bytes of {maxBytes}): no more is read from other servers until there is room",
            { bytes, maxBytes },
          );
        } else system.log.info("There is memory again: other servers are read from");
      },
      cut: (cut) => logCut(system.log, "the system port", cut),
      faulted: (peer, error) => void logTls(system.log, "the system port", peer, error),
      barred: (peer) => logBarred(system.log, "the system port", peer),
      crowded: (crowd) => logCrowd(system.log, "the system port", crowd),
      contested: (peer) => {
        contested.noticed(environment.monotonicMs());
        system.log.warn(
          "Peer {peer} finds another server at {address}, the address of this one: do two advertise it?",
          { peer, address: system.address },
        );
      },
      dropped: (count) => system.countDropped(count),
      refused: (address, reason) => system.onRefused(address, reason),
      refusedBy: (count) => system.setRefusedBy(count),
      describe: () => system.description,
      stats: (isLimited) => system.report(isLimited),
      members: (isLimited) => system.members(isLimited),
      bug: (error) => system.onError(error, { address: system.address, incarnation, counter: 0 }),
    });
    const address = options.advertise ?? port.address;
    const system = new ActorSystem(
      port,
      address,
      incarnation,
      options,
      environment,
      () => contested.isSo(environment.monotonicMs()),
    );
    return system;
  }

  private constructor(
    port: TellPort,
    address: string,
    incarnation: string,
    { threadCount = 1, extraFigures, log = consoleLogger("warn") }: ActorSystemOptions,
    environment: Environment,
    isContested: () => boolean,
  ) {
    const table = new StatsTable(threadCount, extraFigures);
    const threads: ThreadLink[] = [];
    super({ address, incarnation, thread: 0, threadCount }, environment, log, table, {
      toThread(thread, counter, message) {
        threads[thread]?.send(counter, message);
        return threads[thread] !== undefined;
      },
      toSystem: (ref, message, reserved) =>
        port.link(ref.address, ref.incarnation)?.send(ref.counter, message, reserved) ?? false,
      link: (ref) => port.link(ref.address, ref.incarnation),
      meet: (ref, by, listener) => port.meet(ref, by, listener),
      unlink: (ref) => port.unlink(ref),
      isContested,
    });
    this.#exposed = new Exposed(environment);
    this.#port = port;
    this.#threadCount = threadCount;
    this.#table = table;
    this.#threads = threads;
    this.#environment = environment;
  }

  /**
   * Lets other systems tell an actor, inbox or channel of this one something: those that were greeted at
   * their address, and what passes the check. Nothing else here can be told anything from outside.
   *
   * @param check default: every well-formed message passes
   */
  expose(ref: ActorRef, check: CheckMessage = malformedAs): void {
    this.#exposed.add(ref.counter, check);
  }

  /** What has gone to other systems, and come from them. */
  traffic(): readonly Traffic[] {
    return this.#port.traffic();
  }

  /** What the thread of that number, from 1 on, is to pass to `joinSystem`. */
  threadConfig(thread: number): ThreadConfig {
    const { address, incarnation } = this;
    const threadCount = this.#threadCount;
    const { limits } = this.#environment;
    const { extraFigures, memory: statsMemory } = this.#table;
    return { address, incarnation, thread, threadCount, extraFigures, statsMemory, limits };
  }

  /** Connects a thread that joins the system. @param port to the thread */
  connectThread(thread: number, port: ThreadPort): void {
    const receive: ReceiveFromThread = (to, message) => this.relay(to, message);
    this.#threads[thread] = new ThreadLink(port, this.#environment, receive);
  }

  /**
   * Ends the actors of this thread and frees the port; open channels reject, new ones too. Resolves
   * when the port is free and nothing runs any more.
   */
  override async close(): Promise<void> {
    const closed = super.close();
    await Promise.all([closed, this.#port.close()]);
  }
}

/** @returns why a message is none, if it is not one whole value. What is in it is looked at when it is handled. */
const malformedAs: CheckMessage = ({ bytes, start, end }) => {
  try {
    const reader = new MsgpackReader(bytes, start, end);
    reader.skip();
    return reader.atEnd ? undefined : "bytes follow the value";
  } catch (error) {
    if (!(error instanceof MsgpackError)) throw error;
    return error.message;
  }
};
