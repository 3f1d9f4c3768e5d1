import type { ActorSystem } from "../../actor/mod.ts";
import { QueryActor } from "../../kvserver/query/query_actor.ts";
import { readReply } from "../../kvserver/query/query_message.ts";
import { Store } from "../../kvserver/store/mod.ts";
import type { MergeMessage, WrittenMessage } from "../../kvserver/messages/replica_messages.ts";
import { type Logger, silentLogger } from "../../log/mod.ts";
import { decode, type Environment, frameHeaderBytes, MsgpackReader } from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";
import { frameOf, requestFrame } from "../support/rpc/wire.ts";
import { type Probe, startProbe, startSystem } from "../support/actors.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { entriesOf, messageOf, type TextEntry } from "../support/store/stores.ts";
import { writeQuery } from "../support/kvserver/query_messages.ts";

/** A query actor, a probe in place of its sync actor, and a connection to it. */
export class LoneQueryActor {
  static async start(
    world: SimulatedWorld,
    store = new Store(),
    { log = silentLogger, isAlone = false, environment }: {
      log?: Logger;
      isAlone?: boolean;
      environment?: Environment;
    } = {},
  ): Promise<LoneQueryActor> {
    const { system } = await startSystem(world, { log, environment });
    return new LoneQueryActor(world, system, store, isAlone);
  }

  readonly sync: Probe;
  #world: SimulatedWorld;
  #system: ActorSystem;
  #queryActor;
  #replies: Uint8Array[] = [];
  #inbox;

  private constructor(world: SimulatedWorld, system: ActorSystem, store: Store, isAlone: boolean) {
    this.#world = world;
    this.#system = system;
    this.sync = startProbe(system);
    const options = { version: "", syncActor: this.sync.ref, ready: true, isAlone, store };
    this.#queryActor = system.startActor((context) => new QueryActor(context, options));
    this.#inbox = system.openInbox((bytes, start, end) => {
      this.#replies.push(readReply(new MsgpackReader(bytes, start, end)).replies);
    });
  }

  /** Its incarnation, as servers know who sends what. */
  get incarnation(): string {
    return this.#queryActor.incarnation;
  }

  /** What it has told its sync actor of entries so far, message by message. */
  get written(): TextEntry[][] {
    return this.sync.messages.map((message) => entriesOf((message as WrittenMessage).entries));
  }

  async put(key: string, value: string): Promise<void> {
    this.#tellPut(key, value);
    await this.#world.advance(0);
    assertEquals(this.#replies.pop(), frameOf([1, 1, null, null]));
  }

  /** The error code that a Put is refused with. */
  async refusal(key: string): Promise<unknown> {
    this.#tellPut(key, "");
    await this.#world.advance(0);
    const [, , error] = decode(this.#replies.pop()!.subarray(frameHeaderBytes)) as unknown[][];
    return error[0];
  }

  async ping(): Promise<void> {
    this.#tell(requestFrame(1, "Ping", []));
    await this.#world.advance(0);
    assertEquals(this.#replies.pop(), frameOf([1, 1, null, "pong"]));
  }

  #tellPut(key: string, value: string): void {
    this.#tell(requestFrame(1, "Put", [key, value]));
  }

  #tell(frame: Uint8Array): void {
    const writer = this.#system.beginMessage();
    writeQuery(writer, this.#inbox.ref.counter, 1, frame);
    this.#system.tellWritten(this.#queryActor);
  }

  async merge(entries: readonly TextEntry[], more: Partial<MergeMessage> = {}): Promise<void> {
    this.tellMerge(entries, more);
    await this.#world.advance(0);
  }

  tellMerge(entries: readonly TextEntry[], more: Partial<MergeMessage> = {}): void {
    const message: MergeMessage = {
      type: "merge",
      entries: messageOf(entries),
      number: 0,
      ready: true,
      isAlone: false,
      persistsRemote: false,
      drain: false,
      ...more,
    };
    this.#system.tell(this.#queryActor, message);
  }

  close(): Promise<void> {
    return this.#system.close();
  }
}
