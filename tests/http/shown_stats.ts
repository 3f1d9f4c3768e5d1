import type { StatsSource } from "../../http/mod.ts";
import type { Member, ServerStats } from "../../kvserver/mod.ts";
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
    ready: true,
    pendingBytes: 12,
    oldestPendingMs: 13,
    overflows: 14,
    reconcileBytes: 15,
    reconcileRounds: 16,
    repairs: 17,
    differingMs: 18,
    diskFaults: 19,
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

/** A server that is shown, and that nobody can ask. */
export function shownServer(changes: Partial<ServerStats> = {}): StatsSource {
  return {
    stats: () => shownStats(changes),
    members: () => Promise.resolve(shownMembers),
    serveQueries: () => Promise.reject(new Error("It is only shown")),
  };
}
