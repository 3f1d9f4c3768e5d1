import type { Exercise } from "./exercise.ts";
import { exerciseFaults as faults } from "./faults.ts";

/** Exercises: in each, one line of the system is wrong. */
export const exercises: readonly Exercise[] = [
  {
    id: 1,
    title: "Gone here, there for ever",
    level: "easy",
    task: "A key was deleted on one server, and the client was told so. Another server goes on " +
      "showing it, an hour later, although both are connected.",
    hints: [
      "Two servers are enough: put a key, let it arrive, delete it where it was put.",
      "A Put and a Delete are accepted in the same way, and then passed on as entries that were " +
      "accepted. Look for where a Delete is answered.",
      "kvserver/query/queries.ts: what does it do once the Delete was executed?",
    ],
    fault: faults["a Delete stays where it was asked for"],
  },
  {
    id: 2,
    title: "Twice in a millisecond",
    level: "easy",
    task:
      "A client puts one key twice, as quickly as it can. Now and then no server shows what was " +
      "put last.",
    hints: [
      "Two Puts of a key on one server at one moment, without any wait between them.",
      "What differs in the order of two Puts of one millisecond? Read the story of a run.",
      "kvserver/query/query_actor.ts, where what was accepted is queued for sync.",
    ],
    fault: faults["a delta is dropped"],
  },
  {
    id: 3,
    title: "The third core",
    level: "easy",
    task: "A server with several query actors answers some clients with a value, and others, for " +
      "ever, that there is none. Servers with one or two of them do not.",
    hints: [
      "server a replicas 3, and a Put at one of them: on a.2, for example.",
      "The sync actor passes what one replica has accepted on to the other ones.",
      "kvserver/sync/sync_actor.ts: to whom does what was written here go?",
    ],
    fault: faults["an entry is not forwarded to all siblings"],
  },
  {
    id: 4,
    title: "It lives longer elsewhere",
    level: "easy",
    task:
      "A session was put to expire after two seconds. On the server where it was put it did; on " +
      "the other one it is still there.",
    hints: [
      "put city = Paris on a for 2 s, and look on b when that is over.",
      "The expiry is a part of the entry, and travels with it. Read in the story what b takes.",
      "kvserver/entry/entry_batch.ts: when is it left out?",
    ],
    fault: faults["an expiry does not travel"],
  },
  {
    id: 5,
    title: "An afterthought",
    level: "easy",
    task: "A key that was put for good is told to expire, later. It does, but only on the server " +
      "that was told.",
    hints: [
      "Let the Put arrive first, then: expire city in 500 ms on a.",
      "An Expire is a Put of the value that is there already, so it must be passed on like one.",
      "kvserver/query/writes.ts: what must become of the entry?",
    ],
    fault: faults["an Expire stays where it was asked for"],
  },
  {
    id: 6,
    title: "Each took the other's",
    level: "medium",
    task:
      "Two clients put one key on two servers, in the same millisecond, one of them twice. What " +
      "was put last is nowhere to be seen afterwards.",
    hints: [
      "Of one timestamp the sequence decides, and only then the uid.",
      "put, put on a and put on b at one moment: a holds sequence 1, b holds sequence 0. What does " +
      "each take of the other? With comparisons off nothing hides it.",
      "kvserver/entry/order.ts says which of two writes is later.",
    ],
    fault: faults["a merge takes an equal timestamp for a later one"],
  },
  {
    id: 7,
    title: "Undead",
    level: "medium",
    task: "What is deleted on one server stays on the others, although the story shows that they " +
      "were told of the Delete.",
    hints: [
      "Like exercise 1; but this time the tombstone arrives. With comparisons off it is plain.",
      "What does the replica do with a later entry that has no value?",
      "kvserver/store/store.ts, where an entry of another replica is merged.",
    ],
    fault: faults["a tombstone never beats a value"],
  },
  {
    id: 8,
    title: "Yesterday's paper",
    level: "medium",
    task:
      "A link was down for a while, and a key was put several times meanwhile. When the link is " +
      "back, the other server does not get what was put last.",
    hints: [
      "While a link is cut, what is to be sent waits. Put a key twice, some time apart, before it is " +
      "healed.",
      "Entries that wait are coalesced: one for each key. Which one should stay? Switch comparisons " +
      "off, because they mend it.",
      "kvserver/sync/outbox.ts: what is done when the key waits already?",
    ],
    fault: faults["coalescing keeps the older"],
  },
  {
    id: 9,
    title: "Lost on the way",
    level: "medium",
    task:
      "A connection broke while a message was on its way, and was there again at once. What the " +
      "message had to bring is missing on the other side.",
    hints: [
      "Make the link slow, so that there is time: link a -> b 300 ms, a Put, a cut, and the healing.",
      "Who sends keeps what is not acknowledged, for this case. Switch comparisons off.",
      "kvserver/sync/backlog.ts: what becomes of what the lost messages had taken along?",
    ],
    fault: faults["what a cut connection lost is not sent again"],
  },
  {
    id: 10,
    title: "No time has passed",
    level: "medium",
    task:
      "A client puts a key twice in a millisecond. On its server the second value is shown, on " +
      "the other one the first; but only with some pairs of values.",
    hints: [
      "Two Puts of one moment on one server. Try a second value that comes before the first one in " +
      "the alphabet: rome, then paris.",
      "Two writes of one actor with one order should not be. How is the order of a Put made?",
      "kvserver/entry/order.ts: when may a Put begin again with sequence 0?",
    ],
    fault: faults["a Put in the millisecond of the last one is no later"],
  },
  {
    id: 11,
    title: "A receipt for two",
    level: "hard",
    task:
      "Two messages were on their way when a connection broke; the first had arrived. The second " +
      "one was never sent again.",
    hints: [
      "Take the link of exercise 9, and two Puts with 250 ms between them. Cut when the first is " +
      "acknowledged, and the second still under way: the story says when that is.",
      "A link counts the messages that were handled. Which of those in flight does that cover?",
      "kvserver/sync/in_flight.ts: an off-by-one.",
    ],
    fault: faults["an acknowledgement takes one message too many"],
  },
  {
    id: 12,
    title: "Give and take",
    level: "hard",
    task:
      "Two servers ran alone for a while, each with its own keys, and then met. One of them never " +
      "gets what the other one had.",
    hints: [
      "Start both without joins, put on each, and join one to the other after a second.",
      "They compare what they hold: one sends a list, the other asks for what it lacks, and gives " +
      "what is not on the list.",
      "kvserver/reconcile/comparison.ts: what is done with an entry that the other one did not list?",
    ],
    fault: faults["what the other replica does not list is not given"],
  },
  {
    id: 13,
    title: "Back from the dead",
    level: "hard",
    task:
      "A server was down for so long that it was forgotten. Then it came back with its old disk, " +
      "and with it a key that was deleted long ago.",
    hints: [
      "Servers with disks. Crash one that has the key; delete it; forget the server; wait until the " +
      "tombstone is gone (12 s); restart it.",
      "Nobody has the tombstone any more. How can the others know that the write was deleted? They " +
      "have seen it, and do not hold it.",
      "kvserver/reconcile/comparison.ts: when is an entry given, and when dropped?",
    ],
    fault: faults["what was deleted meanwhile is given back"],
  },
  {
    id: 14,
    title: "Too early",
    level: "hard",
    task:
      "Tombstones are gone a few seconds after a Delete, although one server of three is cut off " +
      "and has not heard of it.",
    hints: [
      "Three servers; cut the third from both others; delete; wait 5 s; expect tombstone city on a, b.",
      "A tombstone may go when it is stable: when all servers that are known have seen it.",
      "kvserver/sync/stability.ts: of whom is the meet taken?",
    ],
    fault: faults["nobody waits for what a server has not seen"],
  },
  {
    id: 15,
    title: "They never leave",
    level: "hard",
    task:
      "Memory grows though everything that is put is deleted again: some of the tombstones stay " +
      "for ever.",
    hints: [
      "Put and delete several keys on two servers, wait 10 s, and expect no tombstone of each.",
      "A collector walks over the tombstones of a replica and removes those that are stable.",
      "kvserver/query/collector.ts: which of them does it take?",
    ],
    fault: faults["tombstones are kept though all have seen them"],
  },
  {
    id: 16,
    title: "A claim too many",
    level: "hard",
    task:
      "A server that met the others just after a Put says that it has seen everything, and never " +
      "gets what was put then. The Put is lost, even where it was made.",
    hints: [
      "What was put within the last three seconds is left out of a comparison, as it is likely to be " +
      "on its way. Let two servers that do not know each other meet right after a Put, and a third " +
      "one join. Switch later comparisons off, and try clocks that are ahead.",
      "After a comparison that left nothing out, a server claims all that the other had seen. And if " +
      "it has left something out?",
      "kvserver/sync/peer_comparison.ts: when may it claim?",
    ],
    fault: faults["all is claimed though something was left out of account"],
  },
];
