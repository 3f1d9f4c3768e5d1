import type { ActorThread, SystemStats } from "../../actor/mod.ts";
import type {
  AwakeEnvironment,
  ConnectionRoom,
  MemoryAccount,
  ProcessRoom,
} from "../../rpc/mod.ts";
import { eventLoopLags } from "../messages/measured_times.ts";
import { measurementNames, memoryFiguresOf } from "./measurements.ts";
import { queryFigureNames } from "./query_figures.ts";
import { replicaSizeNames } from "./replica_size.ts";
import { syncFigureNames, type SyncFigures } from "../messages/sync_figures.ts";

/** Name of the figure that counts, on each thread, the queries told to query actors. */
export const queriesTold = "queriesTold";

/** Names of the figures that the account of the server's memory shares between threads. */
const memoryCharged = "memoryCharged";
const mostHeld = "mostHeld";

/** Names of the figures of the connections to query ports: of all, and of those that make way. */
const clientConnections = "clientConnections";
const newClients = "newClients";

/** Names of the figures of all connections of the process. */
const connections = "connections";
const newConnections = "newConnections";
const shortages = "shortages";

/** Name of the figure of the faults that were found in the data directory at the start. */
export const diskFaults = "diskFaults";

/** Names of all figures that a server has its threads count. */
export const serverFigures: readonly string[] = [
  queriesTold,
  memoryCharged,
  mostHeld,
  clientConnections,
  newClients,
  connections,
  newConnections,
  shortages,
  diskFaults,
  ...replicaSizeNames,
  ...syncFigureNames,
  ...queryFigureNames,
  ...measurementNames,
];

/** The figures of what waits for other servers, as the main thread counts them. */
export function syncFiguresOf(thread: ActorThread): SyncFigures {
  return {
    pendingBytes: thread.extraFigure("pendingBytes"),
    oldestPendingMs: thread.extraFigure("oldestPendingMs"),
    replicaLagMs: thread.extraFigure("replicaLagMs"),
    overflows: thread.extraFigure("overflows"),
    reconcileBytes: thread.extraFigure("reconcileBytes"),
    reconcileRounds: thread.extraFigure("reconcileRounds"),
    repairs: thread.extraFigure("repairs"),
    differingMs: thread.extraFigure("differingMs"),
  };
}

/** Has the account of a thread count together with those of the other threads. */
export function shareMemory(memory: MemoryAccount, thread: ActorThread): void {
  memory.share({
    bytes: thread.extraFigure(memoryCharged),
    mostHeld: thread.extraFigure(mostHeld),
    kinds: memoryFiguresOf(thread),
  });
}

/** Has it counted how late the timers of a thread are. */
export function timeEventLoop(environment: AwakeEnvironment, thread: ActorThread): void {
  const lags = eventLoopLags.counterOn(thread);
  environment.onLate = (lateMs) => lags.note(lateMs);
}

/** Has a thread's room for the connections of clients be one with those of the other threads. */
export function shareClientRoom(room: ConnectionRoom, thread: ActorThread): void {
  room.share({
    open: thread.extraFigure(clientConnections),
    newcomers: thread.extraFigure(newClients),
  });
}

/** Has a thread and the others see how many connections the process has. */
export function shareConnections(room: ProcessRoom, thread: ActorThread): void {
  room.share({
    open: thread.extraFigure(connections),
    newcomers: thread.extraFigure(newConnections),
    shortages: thread.extraFigure(shortages),
  });
}

/** Figures of a server's actor system, and whether the server has the state of the others. */
export interface ServerStats extends Omit<SystemStats, "extra"> {
  /** Whether the server has the whole state that it was to take over from others. */
  ready: boolean;
  /** Keys that its first replica shows. */
  keys: number;
  /** Keys that this keeps and does not show, because they were deleted or have expired. */
  tombstones: number;
  /** Bytes of memory that are charged. */
  memoryBytes: number;
  /** The bound of those bytes. */
  memoryMaxBytes: number;
  /** Upper bound of the bytes of the entries that other servers have not acknowledged. */
  pendingBytes: number;
  /** Age of the oldest of these entries. */
  oldestPendingMs: number;
  /** Age of the oldest entry that a query actor of the server has not merged. */
  replicaLagMs: number;
  /** How often more waited for another server than may, so that it is compared with. */
  overflows: number;
  /** Bytes of the messages with which replicas were compared with those of other servers, both ways. */
  reconcileBytes: number;
  /** How often such a message was answered. */
  reconcileRounds: number;
  /** Entries that a comparison had to bring to this server. */
  repairs: number;
  /** For how long two replicas have differed, as far as comparisons have found; 0: they do not. */
  differingMs: number;
  /** Open connections to the query ports. */
  clientConnections: number;
  /** Faults that were found in the data directory at the start, and mended. */
  diskFaults: number;
  /** What the disk does: Puts are refused while it is refusing. */
  disk: DiskState;
  /** Why the disk refuses; absent: it does not. */
  diskReason?: string;
}

/** What a server's disk does: there is none; it takes all writes; it refuses them, and Puts with them. */
export type DiskState = "none" | "ok" | "refusing";

/**
 * The figures that `Stats` on both ports have in common. Each query counts as a channel ref, because
 * the inbox of its connection stands for one.
 */
export function serverStats(
  { extra, ...figures }: SystemStats,
  ready: boolean,
  { maxBytes: memoryMaxBytes }: MemoryAccount,
  disk: DiskState,
  diskReason?: string,
): ServerStats {
  const channelRefsUsed = figures.channelRefsUsed + (extra[queriesTold] ?? 0);
  const memoryBytes = extra[memoryCharged] ?? 0;
  return {
    ...figures,
    channelRefsUsed,
    ready,
    keys: extra.keys ?? 0,
    tombstones: extra.tombstones ?? 0,
    memoryBytes,
    memoryMaxBytes,
    pendingBytes: extra.pendingBytes ?? 0,
    oldestPendingMs: extra.oldestPendingMs ?? 0,
    replicaLagMs: extra.replicaLagMs ?? 0,
    overflows: extra.overflows ?? 0,
    reconcileBytes: extra.reconcileBytes ?? 0,
    reconcileRounds: extra.reconcileRounds ?? 0,
    repairs: extra.repairs ?? 0,
    differingMs: extra.differingMs ?? 0,
    clientConnections: extra[clientConnections] ?? 0,
    diskFaults: extra[diskFaults] ?? 0,
    disk,
    ...(diskReason === undefined ? {} : { diskReason }),
  };
}
