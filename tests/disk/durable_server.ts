import { type ActorRef, ActorSystem, UndeliverableError } from "../../actor/mod.ts";
import { consoleLogger } from "../../log/mod.ts";
import { deleteCall, getCall, putCall } from "../../kvcommon/mod.ts";
import { Journal } from "../../kvserver/disk/journal.ts";
import type { Durability } from "../../kvserver/mod.ts";
import { isDeferred, readDeferred, readReply } from "../../kvserver/query/query_message.ts";
import { startQueryActor } from "../../kvserver/query/start_query_actor.ts";
import { ServerActors } from "../../kvserver/server_actors.ts";
import {
  beginRequest,
  type Call,
  frameHeaderBytes,
  frameLength,
  MsgpackReader,
  MsgpackWriter,
  readResponseHead,
} from "../../rpc/mod.ts";
import { SimulatedNetwork } from "../../simulate/network/simulated_network.ts";
import { assertBetweenMessages } from "../support/actors.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { MemoryDisk } from "../../simulate/cluster/memory_disk.ts";
import { writeCommands, writeQuery } from "../support/kvserver/query_messages.ts";

/** The answer to a request, and when it came. */
export interface Answered {
  /** Of a Get or Delete; `null` when the key is absent, and for a Put. */
  value: string | boolean | null;
  error?: { code: string; message: string };
  atMs: number;
}

/** A server with a disk, in virtual time: the real actors and journal, and a client's connection. */
export class DurableServer {
  readonly disk: MemoryDisk;
  readonly system: ActorSystem;
  readonly queryActors: readonly ActorRef[];
  readonly journal: Journal;
  readonly actors: ServerActors;
  /** By msgid. */
  readonly answers = new Map<number, Answered>();
  /** What Redis's commands were answered, and when. */
  readonly redisReplies: { replies: string; consumed: number; isLast: boolean; atMs: number }[] =
    [];
  #world: SimulatedWorld;
  #inbox: ActorRef;
  #redisInbox: ActorRef;
  #lastMsgid = 0;

  /** Starts one with what is on a medium. */
  static async start(
    world: SimulatedWorld,
    options: {
      durability: Durability;
      queryActorCount?: number;
      medium?: readonly Uint8Array[];
      network?: SimulatedNetwork;
      port?: number;
      peers?: readonly DurableServer[];
    },
  ): Promise<DurableServer> {
    const environment = world.environment();
    const { network = new SimulatedNetwork(world, () => 1), port = 1 } = options;
    const system = await ActorSystem.start({
      hostname: "server",
      port,
      environment,
      network,
      log: consoleLogger("error"),
    });
    assertBetweenMessages(system);
    // Fails the test: no actor throws anything.
    system.onError = (error) => {
      if (!(error instanceof UndeliverableError)) reportError(error);
    };
    const disk = new MemoryDisk(environment, options.medium);
    const server = new DurableServer(world, system, disk, options);
    const loaded = server.journal.load(disk.contents());
    await world.advance(1);
    await loaded;
    const { peers = [] } = options;
    if (peers.length > 0) server.actors.join(peers.map(({ actors }) => actors.syncActor));
    return server;
  }

  private constructor(
    world: SimulatedWorld,
    system: ActorSystem,
    disk: MemoryDisk,
    { durability, queryActorCount = 1, peers = [] }: {
      durability: Durability;
      queryActorCount?: number;
      peers?: readonly DurableServer[];
    },
  ) {
    this.#world = world;
    this.system = system;
    this.disk = disk;
    this.journal = new Journal(system, disk, consoleLogger("error"));
    const actors = this.actors = new ServerActors(system, {
      queryActorCount,
      version: "simulated",
      ready: peers.length === 0,
      disk: { journal: this.journal.ref, durability },
    });
    this.queryActors = Array.from(
      { length: queryActorCount },
      () => startQueryActor(system, actors.settings),
    );
    this.journal.serve(this.queryActors);
    actors.begin(this.queryActors, true);
    this.#inbox = system.openInbox((bytes, start, end) => {
      const reader = new MsgpackReader(bytes, start, end);
      this.#answered(
        isDeferred(bytes[start]) ? readDeferred(reader).replies : readReply(reader).replies,
      );
    }).ref;
    this.#redisInbox = system.openInbox((bytes, start, end) => {
      const { replies, consumed, isLast } = readReply(new MsgpackReader(bytes, start, end));
      const text = new TextDecoder().decode(replies);
      this.redisReplies.push({ replies: text, consumed, isLast, atMs: this.#world.nowMs });
    }).ref;
  }

  /** Sends commands as a Redis client does, on a connection of their own. */
  redis(commands: string): void {
    const bytes = new TextEncoder().encode(commands);
    writeCommands(this.system.beginMessage(), this.#redisInbox.counter, 1, bytes);
    this.system.tellWritten(this.queryActors[0]);
  }

  /** Asks for a key. @returns the msgid. */
  get(key: string, actor = 0): number {
    return this.#ask(getCall(key), actor);
  }

  /** Puts. @returns the msgid. */
  put(key: string, value: string, actor = 0): number {
    return this.#ask(putCall(key, value), actor);
  }

  /** Deletes. @returns the msgid. */
  delete(key: string, actor = 0): number {
    return this.#ask(deleteCall(key), actor);
  }

  /** Ends it in the midst of whatever it does. @returns what is on its medium. */
  async crash(): Promise<readonly Uint8Array[]> {
    this.disk.crash();
    const closed = this.system.close();
    await this.#world.advance(0);
    await closed;
    return this.disk.batches;
  }

  #ask<T>(call: Call<T>, actor: number): number {
    const msgid = ++this.#lastMsgid;
    const writer = new MsgpackWriter();
    const frame = beginRequest(writer, msgid, call.method);
    call.writeParams(writer);
    writer.endFrame(frame);
    writeQuery(this.system.beginMessage(), this.#inbox.counter, 1, writer.written());
    this.system.tellWritten(this.queryActors[actor]);
    return msgid;
  }

  #answered(frames: Uint8Array): void {
    for (let at = 0; at < frames.length;) {
      const start = at + frameHeaderBytes;
      at = start + frameLength(frames, at);
      const reader = new MsgpackReader(frames, start, at);
      const { msgid, error } = readResponseHead(reader);
      const value = reader.nil() ? null : reader.bool() ?? reader.str()!;
      if (this.answers.has(msgid)) throw new Error(`Request ${msgid} is answered twice`);
      this.answers.set(msgid, { value, error, atMs: this.#world.nowMs });
    }
  }
}
