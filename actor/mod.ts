/**
 * A small actor system: actors with FIFO mailboxes on a cooperative scheduler, refs that travel,
 * and messages that are always marshalled.
 *
 * Delivery: in order per sender and receiver, at most once, and silent to the sender when it fails
 * (it is counted, and reported to `onError`). `tell` never blocks.
 *
 * ```ts
 * import { type ActorContext, type ActorRef, ActorSystem } from "./mod.ts";
 *
 * type CounterMessage = { type: "add"; amount: number } | { type: "get"; replyTo: ActorRef };
 *
 * const newCounterActor = (context: ActorContext) => {
 *   let count = 0;
 *   return {
 *     onMessage(message: CounterMessage) {
 *       if (message.type === "add") count += message.amount;
 *       else context.tell(message.replyTo, count);
 *     },
 *   };
 * };
 *
 * const system = await ActorSystem.start({ hostname: "127.0.0.1", port: 0 });
 * const counter = system.startActor(newCounterActor);
 * system.tell(counter, { type: "add", amount: 2 });
 * const { ref: replyTo, response } = system.newChannelRef<number>();
 * system.tell(counter, { type: "get", replyTo });
 * if (await response !== 2) throw new Error("a message was lost");
 * await system.close();
 * ```
 *
 * @module
 */

export { defaultLimits, type Limits, withLimits } from "../limits.ts";
export type { Actor, ActorContext, NewActor, TellOptions } from "./actor.ts";
export { type ActorRef, uid } from "./actor_ref.ts";
export { ActorSystem, type ActorSystemOptions } from "./actor_system.ts";
export {
  ActorThread,
  type ChannelRef,
  type ThreadIdentity,
  UndeliverableError,
} from "./actor_thread.ts";
export { type ChannelOptions, ChannelTimeoutError } from "./channels.ts";
export type { Inbox, ReceiveMarshalled } from "./inbox.ts";
export type { MeetingOutcome, MetListener } from "./introductions.ts";
export { type CheckMessage, firstExposed } from "./exposed.ts";
export type { Delivery, DeliverySource, Marshalled } from "./marshaller.ts";
export { clusterBytesMax, clusterOfRefusal, defaultCluster, isClusterName } from "./hello.ts";
export { isDialable, isIncarnation, type SystemId, systemKey } from "./system_id.ts";
export type { ExtraFigure, SystemStats } from "./stats.ts";
export type {
  LinkState,
  TellHost,
  TellLink,
  TellNetwork,
  TellPort,
  ToldClock,
  Traffic,
} from "./tell_network.ts";
export { Access, type Need, Rights, type Role, type TokenEntry, World } from "../access/mod.ts";
export type { Credentials } from "./credentials.ts";
export { Refusals, type Refused } from "./refusals.ts";
export { noFacts, type RemoteFacts } from "./tell_network.ts";
export type { TellObserver } from "./tell_observer.ts";
export { RpcTellNetwork } from "./tell_port.ts";
export type { ThreadPort } from "./thread_link.ts";
export { messagePort } from "./thread_port.ts";
export { joinSystem, type ThreadConfig } from "./join_system.ts";
export {
  type Accounted,
  type AccountFigures,
  type ByteListener,
  type ByteStream,
  type Charged,
  type Clock,
  type Connected,
  ConnectionRoom,
  type Crowd,
  type Cut,
  type Dialer,
  type Environment,
  type Flow,
  type Limited,
  MemoryAccount,
  type MemoryHolder,
  type MemoryKind,
  MsgpackWriter,
  type Occupant,
  type ProcessFigures,
  ProcessRoom,
  type Random,
  type RoomFigures,
  type SharedFigure,
  type Sliced,
  type SliceEnvironment,
  type Standing,
  type Timers,
  TimeSlices,
  type Transport,
  UnmarshallableError,
  type Yielding,
} from "../rpc/mod.ts";
export {
  consoleLogger,
  formatRecord,
  Log,
  type LogFields,
  type LogFormat,
  logFormats,
  Logger,
  type LogLevel,
  logLevels,
  type LogOptions,
  type LogRecord,
  silentLogger,
} from "../log/mod.ts";
export { WatchedWorker, type WatchedWorkerOptions, type WorkerHandle } from "./watched_worker.ts";
export { answerRequests, type RequestHandlers, type WorkerScope } from "./worker_requests.ts";
