import { sleep } from "../../support/until.ts";
import { frame, frameOf } from "../../support/rpc/wire.ts";
import { Prng } from "../../../simulate/world/prng.ts";
import type { Action, Attack, Target } from "../arena/action.ts";
import { attackerSocket, attempt, readAll } from "../arena/attempt.ts";
import {
  describeManners,
  FakePeer,
  helloManners,
  noticeManners,
  type PeerManners,
} from "../arena/fake_peer.ts";
import {
  hostileEncode,
  hostileMessage,
  hostileValue,
  mutatedBytes,
  mutatedValue,
  onceIn,
  oneOf,
} from "../arena/hostile_bytes.ts";
import {
  type EntryFields,
  entryParts,
  helloFrame,
  type MessageStep,
  noEntries,
  type Parties,
  peerMessage,
  type PeerRef,
  tellOf,
  toldFrame,
} from "./peer_messages.ts";

/**
 * What is done to system ports.
 *
 * @module
 */

/** Requests of somebody who does not say who it is, or says that it is somebody else. */
function stranger(prng: Prng): Action<MessageStep> {
  const target = prng.below(2);
  const steps = Array.from({ length: 1 + prng.below(10) }, () => strangerStep(prng));
  return {
    name: `a stranger at server ${target}`,
    steps,
    run: ({ targets }, some) =>
      attempt(async () => {
        const from = { address: "127.0.0.1:1", incarnation: "0", counter: 1 };
        const parties = { from, target: targets[target], other: targets[1 - target] };
        using socket = await attackerSocket(targets[target].address);
        const reading = readAll(socket, { quietMs: 400 });
        await attempt(async () => {
          for (const step of some) await socket.send(step.make(parties));
        });
        await reading;
      }),
  };
}

function strangerStep(prng: Prng): MessageStep {
  const seed = prng.u32();
  const [what, message] = oneOf<[string, (parties: Parties) => unknown]>(prng, [
    ["Hello of nobody", () => [0, 1, "Hello", [1, "127.0.0.1:1", "0", null, { cluster: "cmud" }]]],
    ["Hello of a name that leads nowhere", () => [0, 1, "Hello", [1, "h.invalid:1", "0", null]]],
    ["Hello in its own name", ({ target }) => [0, 1, "Hello", [1, target.address, "0", null]]],
    ["Hello in its own name and life", ({ target }) => [
      ...[0, 1, "Hello"],
      [1, target.address, target.incarnation, target.incarnation],
    ]],
    ["Hello in the other's name", ({ other }) => [0, 1, "Hello", [1, other.address, "1", null]]],
    ["Hello in the other's name and life", ({ other }) => [
      ...[0, 1, "Hello"],
      [1, other.address, other.incarnation, null],
    ]],
    ["Hello in the other's name and life, with what nobody was shown", ({ other }) => [
      ...[0, 1, "Hello"],
      [1, other.address, other.incarnation, null, {
        countersign: "0".repeat(32),
        isYours: "f".repeat(32),
      }],
    ]],
    ["Hello by another name", ({ target, other }) => [
      ...[0, 1, "Hello"],
      [1, other.address, "1", target.incarnation, { called: "alias.invalid:1" }],
    ]],
    ["Hello with options that are none", ({ other }) => [
      ...[0, 1, "Hello"],
      [1, other.address, "1", null, { called: [], countersign: "\x1b", isYours: 7, cluster: null }],
    ]],
    [
      "Hello at a query port",
      ({ target }) => [0, 1, "Hello", [1, target.queryAddresses[0], "1", null]],
    ],
    ["Describe", () => [0, 2, "Describe", []]],
    ["Stats", () => [0, 3, "Stats", []]],
    ["Ping", () => [0, 4, "Ping", []]],
    ["Members", () => [0, 5, "Members", []]],
    ["an unknown method", () => [0, 6, "\x1b[2J\u202e".repeat(20), []]],
    [
      "Tell",
      ({ target, from }) => tellOf(target.syncActor, hostileEncode(peerMessage(from, noEntries))),
    ],
    ["Pong", () => [2, "Pong", []]],
    ["Ack", () => [2, "Ack", [2 ** 32]]],
  ]);
  const isMutated = prng.below(3) > 0;
  return {
    what: isMutated ? `${what}, mutated` : what,
    make: (parties) =>
      isMutated
        ? hostileMessage(message(parties), new Prng(seed))
        : frame(hostileEncode(message(parties))),
  };
}

/** Some entries, one of which may have an order that is refused; none is a polite client's. */
function entriesOf(prng: Prng, from: Omit<PeerRef, "counter">, isSound: boolean): unknown[] {
  const uids = [`${from.address}/${from.incarnation}/2`, `127.0.0.1:9/${"a".repeat(16)}/3`];
  const count = prng.below(20);
  const odd = isSound ? -1 : prng.below(2 * count + 1);
  const nowMs = Date.now();
  const timestamps = [0, 1, nowMs + 86_000_000, ...new Array(6).fill(nowMs)];
  const oddTimestamps = [nowMs + 90_000_000, 2 ** 48 - 1, 2 ** 48 - 2 ** 24 - 1, 2 ** 53 - 1];
  const entries = Array.from({ length: count }, (_, i): EntryFields => ({
    key: `told/${prng.below(64)}`,
    ...valueOf(prng),
    timestamp: oneOf(prng, i === odd ? oddTimestamps : timestamps),
    sequence: oneOf(prng, [0, 0, 1, 2 ** 32 - 1]),
    uid: oneOf(prng, uids),
  }));
  return entryParts(entries);
}

/** A text, bytes or nothing, with a counter or not; some texts and bytes expire. */
function valueOf(prng: Prng): Pick<EntryFields, "value" | "extras"> {
  const counter = 1 + prng.below(2 ** 40);
  if (onceIn(prng, 5)) return { value: null, extras: onceIn(prng, 2) ? [counter] : undefined };
  const length = onceIn(prng, 20) ? 300_000 : prng.below(300);
  const expiresAt = Date.now() + prng.below(4_000) - 1_000;
  return {
    value: onceIn(prng, 4) ? new Uint8Array(length) : "v".repeat(length),
    extras: oneOf(prng, [undefined, [counter], [counter, expiresAt], [0, expiresAt]]),
  };
}

/** What a peer that is believed sends: mostly well-formed but for one thing. */
function peerStep(prng: Prng): MessageStep {
  const seed = prng.u32();
  const kind = oneOf(prng, [
    ...["sound", "sound", "entries mutated", "entries mutated", "entries' bytes mutated"],
    ...["message mutated", "message mutated", "frame mutated", "introductions", "transfer"],
    ...["to another counter", "an order of the server itself", "not its own name"],
  ]);
  return {
    what: `tell a message: ${kind}`,
    make: (parties) => toldBytes(kind, parties, new Prng(seed)),
  };
}

function toldBytes(kind: string, { from, target, other }: Parties, prng: Prng): Uint8Array {
  const told = (message: unknown) => toldFrame(target, message);
  const entries = entriesOf(prng, from, kind === "sound");
  switch (kind) {
    case "entries mutated":
      return told(peerMessage(from, mutatedValue(entries, prng)));
    case "entries' bytes mutated": {
      const message = peerMessage(from, entries) as { entries: Uint8Array };
      return told({ ...message, entries: mutatedBytes(message.entries, prng) });
    }
    case "message mutated":
      return told(mutatedValue(peerMessage(from, entries), prng));
    case "frame mutated":
      return hostileMessage(
        tellOf(target.syncActor, hostileEncode(peerMessage(from, entries))),
        prng,
      );
    case "introductions":
      return told(peerMessage(from, noEntries, { peers: introductions(prng, target, other) }));
    case "transfer":
      return told(peerMessage(from, noEntries, {
        wantsState: oneOf<unknown>(prng, [0, 1, 2, 2 ** 32, 2 ** 53 - 1, -1, 0.5]),
        stateDone: oneOf<unknown>(prng, [0, 1, 2, 2 ** 32, 2 ** 53 - 1, -1, 0.5]),
      }));
    case "to another counter":
      return frameOf(tellOf(
        oneOf<unknown>(prng, [0, 1, 2, 3, 4, 5, 6, 7, 2 ** 32, -1, "1", null]),
        hostileEncode(peerMessage(from, entries)),
      ));
    case "an order of the server itself":
      return frameOf(tellOf(
        prng.below(8),
        hostileEncode(oneOf<unknown>(prng, [
          { type: "start", queryActors: [], hasState: true },
          { type: "drain", replyTo: from },
          { type: "join", peers: [from], replyTo: from },
          { type: "failing", reason: "\x1b[2J" },
          { type: "onDisk", message: -1 },
          { type: "written", from: 1, entries: new Uint8Array(), isDrained: true },
          { type: "linkChanged" },
          { type: "met", ref: from },
          [1, 2, new Uint8Array(3)],
          null,
        ])),
      ));
    case "not its own name":
      return told(peerMessage(
        oneOf<unknown>(prng, [
          { address: other.address, incarnation: other.incarnation, counter: other.syncActor },
          { address: target.address, incarnation: target.incarnation, counter: target.syncActor },
          { ...from, incarnation: "0".repeat(16) },
        ]),
        entries,
      ));
    default:
      return told(peerMessage(from, entries));
  }
}

function introductions(prng: Prng, target: Target, other: Target): unknown[] {
  const count = oneOf(prng, [1, 10, 64, 256, 257, 3_000]);
  return Array.from({ length: count }, () =>
    oneOf<unknown>(prng, [
      { address: `127.0.0.1:${1 + prng.below(9)}`, incarnation: prng.hex64(), counter: 1 },
      { address: target.address, incarnation: prng.hex64(), counter: 1 },
      { address: other.address, incarnation: prng.hex64(), counter: 1 },
      { address: other.address, incarnation: other.incarnation, counter: prng.below(9) },
      { address: other.queryAddresses[0], incarnation: prng.hex64(), counter: 1 },
      ...(onceIn(prng, 30) ? [hostileValue(prng)] : []),
    ]));
}

/** A server that really listens where it says, and so is believed. */
function believedPeer(prng: Prng): Action<MessageStep> {
  const target = prng.below(2);
  const seed = prng.u32();
  const manners: PeerManners = {
    hello: onceIn(prng, 3) ? oneOf(prng, helloManners) : "greets",
    notices: oneOf(prng, noticeManners),
    describe: oneOf(prng, describeManners),
  };
  const stays = onceIn(prng, 4) ? 1_500 : 200;
  const steps = Array.from({ length: 1 + prng.below(8) }, () => peerStep(prng));
  return {
    name: `a fake peer of server ${target} that ${manners.hello}, ${manners.notices}`,
    steps,
    run: ({ targets }, some) =>
      attempt(async () => {
        await using peer = new FakePeer(manners, new Prng(seed));
        const parties = { from: peer.ref, target: targets[target], other: targets[1 - target] };
        using socket = await attackerSocket(targets[target].address);
        const reading = readAll(socket, { quietMs: stays + 1_000 });
        await attempt(async () => {
          await socket.send(helloFrame(peer));
          // One message first that is sound: with it the peer is known.
          await socket.send(toldBytes("sound", parties, new Prng(seed)));
          for (const step of some) await socket.send(step.make(parties));
          await sleep(stays);
        });
        socket[Symbol.dispose]();
        await reading;
      }),
  };
}

/** The same peer again and again, in another life each time. */
function restartingPeer(prng: Prng): Action {
  const target = prng.below(2);
  const seed = prng.u32();
  const times = 2 + prng.below(4);
  return {
    name: `a fake peer of server ${target} that restarts`,
    steps: Array.from({ length: times }, (_, i) => ({ what: `its life ${i}` })),
    run: ({ targets }, some) =>
      attempt(async () => {
        const lives = new Prng(seed);
        const manners = { hello: "greets", notices: "acknowledges", describe: "is empty" } as const;
        await using peer = new FakePeer(manners, lives);
        for (let life = 0; life < some.length; life++) {
          const from = { ...peer.ref, incarnation: lives.hex64() };
          const parties = { from, target: targets[target], other: targets[1 - target] };
          await attempt(async () => {
            using socket = await attackerSocket(targets[target].address);
            const reading = readAll(socket, { quietMs: 500 });
            await socket.send(helloFrame(from));
            await socket.send(toldBytes("sound", parties, lives));
            await reading;
          });
        }
      }),
  };
}

/** Those that are drawn more often stand here more often. */
export const systemAttacks: readonly Attack[] = [
  ...[stranger, stranger, stranger],
  ...[believedPeer, believedPeer, believedPeer, believedPeer, believedPeer],
  restartingPeer,
];
