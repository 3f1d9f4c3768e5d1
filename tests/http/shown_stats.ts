import type { StatsSource } from "../../http/mod.ts";
import type { Measurements, Member, QueryFigures, ServerStats, Times } from "../../kvserver/mod.ts";
import { durationBoundsMs } from "../../kvserver/query/query_figures.ts";
import { downMember, selfMember, upMember } from "../support/members.ts";

/** Figures of a server, each of another value. */
export function shownStats(changes: Partial<ServerStats> = {}): ServerStats {
  return {
    messagesSent: 30,
    messagesSentExternal: 10,
    messagesSentActor: 20,
    bytesSent: 4_000,
    remoteBytesReceived: 5_000,
    channelRefsUsed: 6,
    maxMessageRate: 7,
    messagesDropped: 8,
    refusedMessages: 9,
    refusedBy: 21,
    ready: true,
    pendingBytes: 12,
    oldestPendingMs: 13,
    replicaLagMs: 18,
    overflows: 14,
    reconcileBytes: 15,
    reconcileRounds: 16,
    repairs: 17,
    differingMs: 18,
    diskFaults: 19,
    keys: 22,
    tombstones: 23,
    memoryBytes: 1_000_000,
    memoryMaxBytes: 2_000_000,
    clientConnections: 3,
    disk: "none",
    ...changes,
  };
}

/** A server, one that it reaches, and one that it does not. */
export const shownMembers: readonly Member[] = [
  selfMember,
  {
    ...upMember,
    lagMs: 250,
    pendingBytes: 900,
    agreedMs: 1_700_000_000_000,
    tombstonesHeld: 4,
    clockSkewMs: -1_500,
  },
  downMember,
];

const noTimes: Times = {
  boundsMs: durationBoundsMs,
  counts: durationBoundsMs.map(() => 0).concat(0),
  sumMs: 0,
};

const noDurations = { get: noTimes, put: noTimes, delete: noTimes, list: noTimes, other: noTimes };

/** Some queries. */
export const shownQueries: QueryFigures = {
  frames: {
    counts: { get: 100, put: 50, delete: 2, list: 1 },
    durations: {
      ...noDurations,
      put: {
        boundsMs: durationBoundsMs,
        counts: durationBoundsMs.map((_, i) => i).concat(7),
        sumMs: 1_500,
      },
    },
  },
  redis: { counts: { get: 7, put: 0, delete: 0, list: 0 }, durations: noDurations },
};

const times: Times = { boundsMs: [5, 10], counts: [3, 2, 1], sumMs: 40 };

/** What a server with a data directory has measured. */
export const shownMeasurements: Measurements = {
  visibility: times,
  eventLoopLag: times,
  tokens: { wrong: 35, unheard: 36 },
  disk: { writes: times, waitingBytes: 31, refusals: 32, logBytes: 33, fileBytes: 34 },
  refusals: {
    frames: {
      bad_request: 1,
      unknown_method: 2,
      too_large: 3,
      unauthorized: 4,
      overloaded: 5,
      unavailable: 6,
      internal: 0,
    },
    redis: {
      bad_request: 0,
      unknown_method: 0,
      too_large: 0,
      unauthorized: 7,
      overloaded: 0,
      unavailable: 0,
      internal: 0,
    },
  },
  memory: { entries: 900_000, connections: 50_000, peers: 40_000, disk: 9_000, watches: 1_000 },
};

/** A server that is shown, and that nobody can ask. */
export function shownServer(changes: Partial<ServerStats> = {}): StatsSource {
  return {
    stats: () => shownStats(changes),
    members: () => Promise.resolve(shownMembers),
    queryFigures: () => shownQueries,
    measurements: () => shownMeasurements,
    traffic: () => [{ address: "192.0.2.7:6000", toldBytes: 41, heardBytes: 42 }],
    serveQueries() {
      throw new Error("It is only shown");
    },
  };
}
