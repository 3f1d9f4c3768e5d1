/**
 * What tells the messages between the actors of a server apart, in one place: no two can collide.
 *
 * @module
 */

/** The `type` of each message that is a map. */
export const messageTypes = {
  // Server to sync actor.
  start: "start",
  serve: "serve",
  join: "join",
  drain: "drain",
  ask: "ask",
  // Sync actor to itself.
  drainOver: "drainOver",
  linkChanged: "linkChanged",
  met: "met",
  forgetDue: "forgetDue",
  // An actor to itself.
  tick: "tick",
  listTurn: "listTurn",
  longQueryTurn: "longQueryTurn",
  compareTurn: "compareTurn",
  mergeTurn: "mergeTurn",
  readTurn: "readTurn",
  collectTurn: "collectTurn",
  watchTurn: "watchTurn",
  // Receiver to query actor.
  opened: "opened",
  closed: "closed",
  notified: "notified",
  // Server to query actor.
  tokens: "tokens",
  // Sync actor to the sync actor of another server: a part of the wire format.
  peer: "peer",
  // Sync actor to query actor, and back.
  merge: "merge",
  written: "written",
  // Sync actor to journal.
  peerKnown: "peerKnown",
  peerForgotten: "peerForgotten",
  peersAway: "peersAway",
  // Journal to query actor.
  load: "load",
  onDisk: "onDisk",
  failing: "failing",
  flush: "flush",
  countUnwritten: "countUnwritten",
} as const satisfies { readonly [Name in string]: Name };

/**
 * The first byte of each message that is marshalled by hand, an array of a fixed length, by who receives it.
 * All other messages are maps, which begin with other bytes.
 */
export const firstBytes = {
  toQueryActor: { query: arrayOf(3), commands: arrayOf(4) },
  toQueryReceiver: {
    reply: arrayOf(4),
    lastReply: arrayOf(5),
    deferredReplies: arrayOf(2),
    admitted: arrayOf(3),
    part: arrayOf(1),
    end: arrayOf(0),
  },
  toJournal: { accepted: arrayOf(5) },
};

/** The first byte of an array of so many elements, 15 at the most. */
function arrayOf(length: number): number {
  return 0x90 | length;
}
