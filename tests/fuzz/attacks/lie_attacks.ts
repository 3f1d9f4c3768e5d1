import { inTime } from "../../support/in_time.ts";
import { concat, frameHeader, frameOf } from "../../support/rpc/wire.ts";
import { Prng } from "../../../simulate/world/prng.ts";
import type { Action, Attack } from "../arena/action.ts";
import { attackerSocket, attempt, readAll } from "../arena/attempt.ts";
import { describeManners, helloManners, noticeManners } from "../arena/fake_peer.ts";
import { FuzzedServer } from "../arena/fuzzed_server.ts";
import { onceIn, oneOf } from "../arena/hostile_bytes.ts";
import {
  claimParts,
  entryParts,
  helloFrame,
  type MessageStep,
  noEntries,
  type Parties,
  peerMessage,
  type PeerRef,
  toldFrame,
} from "./peer_messages.ts";

/**
 * What one server of three does that lies for as long as the run lasts. It writes keys of the polite
 * clients too, but never with an order that would rightly win.
 *
 * @module
 */

/** As far ahead as an entry may be, and a minute: it is refused. */
const farAheadMs = 24 * 3_600_000 + 60_000;

/** Timestamps that lose against all that is put today. */
const oldTimestamps = [0, 1, 5, 1_000_000_000_000, 1_600_000_000_000];

/** A key that a polite client has put long ago, and puts again and again. */
function politeKey(prng: Prng): string {
  const name = onceIn(prng, 4) ? "round" : `${prng.below(16)}`;
  return `polite/${prng.below(2)}/${name}`;
}

/** Entries with one timestamp: each message would be taken, if that was. */
function lieEntries(prng: Prng, from: PeerRef, timestamps: readonly unknown[]): unknown[] {
  const timestamp = oneOf(prng, timestamps);
  const uids = [`${from.address}/${from.incarnation}/2`, `127.0.0.1:9/${"f".repeat(16)}/3`];
  return entryParts(
    Array.from({ length: 1 + prng.below(20) }, () => ({
      key: politeKey(prng),
      value: onceIn(prng, 4) ? null : "lie",
      timestamp,
      sequence: oneOf(prng, [0, 1, 2 ** 32 - 1]),
      uid: oneOf(prng, uids),
    })),
  );
}

/** How many single writes it tells at once, and of how many actors it claims some. */
const singleWrites = 2_000;
const madeUpActors = 5_000;

/** In whose name a lie is told. */
const names = ["its own", "its own", "its own", "the other's", "the target's", "nobody's"] as const;

function nameOf(name: typeof names[number], { from, target, other }: Parties, prng: Prng): PeerRef {
  const ofServer = ({ address, incarnation, syncActor }: Parties["target"]) => ({
    address,
    incarnation: onceIn(prng, 2) ? incarnation : prng.hex64(),
    counter: syncActor,
  });
  switch (name) {
    case "its own":
      return from;
    case "the other's":
      return ofServer(other);
    case "the target's":
      return ofServer(target);
    case "nobody's":
      return { address: `127.0.0.1:${1 + prng.below(9)}`, incarnation: prng.hex64(), counter: 1 };
  }
}

/** What it says once it has said who it is. */
const lies: Record<string, (parties: Parties, prng: Prng) => Uint8Array> = {
  "nothing but its name": () => new Uint8Array(),
  "garbage": (_, prng) =>
    new Uint8Array(Array.from({ length: 1 + prng.below(2_000) }, () => prng.below(256))),
  "old orders": ({ from, target }, prng) =>
    toldFrame(
      target,
      peerMessage(from, lieEntries(prng, from, oldTimestamps)),
    ),
  "orders far ahead": ({ from, target }, prng) =>
    toldFrame(
      target,
      peerMessage(
        from,
        lieEntries(prng, from, [
          Date.now() + farAheadMs,
          2 ** 48 - 1,
          2 ** 48,
          2 ** 53 - 1,
          2n ** 64n - 1n,
        ]),
      ),
    ),
  "what it has put itself": ({ from, target }, prng) =>
    toldFrame(
      target,
      peerMessage(
        from,
        entryParts(
          Array.from({ length: 10 }, () => ({
            key: `told/${prng.below(64)}`,
            value: "v".repeat(prng.below(300)),
            timestamp: Date.now(),
            sequence: 0,
            uid: `${from.address}/${from.incarnation}/2`,
          })),
        ),
      ),
    ),
  "single writes that it never claims": ({ from, target }, prng) => {
    const first = 3 + 2 * prng.below(2 ** 31);
    const entries = Array.from({ length: singleWrites }, (_, i) => ({
      key: `told/${i % 64}`,
      value: "single",
      extras: [first + 2 * i],
      timestamp: Date.now() - singleWrites + i,
      sequence: 0,
      uid: `${from.address}/${from.incarnation}/2`,
    }));
    const claims = claimParts(from, [[2, 0, 1]]);
    return toldFrame(target, peerMessage(from, entryParts(entries), { claims }));
  },
  "claims of ever new actors": ({ from, target }, prng) => {
    const first = 2 + prng.below(10 ** 8);
    const claims = Array.from({ length: madeUpActors }, (_, i) => [first + i, prng.below(3), 7]);
    const fields = { claims: claimParts(from, claims) };
    return toldFrame(target, peerMessage(from, noEntries, fields));
  },
  "forged addresses": ({ from, target, other }, prng) => {
    const addresses = [
      ...[target.address, other.address, from.address, other.queryAddresses[0]],
      ...Array.from({ length: 20 }, () => `127.0.0.1:${1 + prng.below(9)}`),
    ];
    const peers = addresses.map((address) => ({ address, incarnation: prng.hex64(), counter: 1 }));
    return toldFrame(target, peerMessage(from, noEntries, { peers }));
  },
  "forged acknowledgements": (_, prng) =>
    concat(
      ...Array.from({ length: 1 + prng.below(20) }, () =>
        frameOf([2, "Ack", [oneOf<unknown>(prng, [1, 7, 1_000, 2 ** 32, 2 ** 53 - 1, -1, null])]])),
    ),
  "half a message": (parties, prng) => {
    const whole = lies["old orders"](parties, prng);
    return whole.subarray(0, prng.below(whole.length));
  },
  "a frame that is announced": (_, prng) => concat(frameHeader(1 + prng.below(2 ** 24)), 0x93),
  "another one's message": ({ from, target, other }, prng) =>
    toldFrame(
      target,
      peerMessage(
        { address: other.address, incarnation: other.incarnation, counter: other.syncActor },
        lieEntries(prng, from, oldTimestamps),
      ),
    ),
};

/** The lying server lets itself be greeted as it likes, and says some things, each on its connection. */
function liar(prng: Prng): Action<MessageStep & { readonly to: number }> {
  const manners = {
    hello: onceIn(prng, 3) ? oneOf(prng, helloManners) : "greets",
    notices: oneOf(prng, noticeManners),
    describe: oneOf(prng, describeManners),
  };
  const steps = Array.from({ length: 1 + prng.below(8) }, () => {
    const to = prng.below(2);
    const name = oneOf(prng, names);
    const lie = oneOf(prng, Object.keys(lies));
    const seed = prng.u32();
    return {
      what: `say ${lie} to server ${to} in ${name} name`,
      to,
      make: (parties: Parties) => {
        const drawn = new Prng(seed);
        const from = nameOf(name, parties, drawn);
        return concat(helloFrame(from), lies[lie]({ ...parties, from }, drawn));
      },
    };
  });
  return {
    name: `the lying server, which ${manners.hello}, ${manners.notices}`,
    steps,
    run: async ({ targets, liar }, some) => {
      liar.manners = manners;
      for (const { to, make } of some) {
        const parties = { from: liar.ref, target: targets[to], other: targets[1 - to] };
        await attempt(async () => {
          using socket = await attackerSocket(targets[to].address);
          await attempt(() => socket.send(make(parties)));
          await readAll(socket, { quietMs: 60 });
        });
      }
    },
  };
}

/** How long a server runs at the most that was started wrongly. */
const wronglyStartedMs = 3_000;

/** A server is started with a command line that was copied: it says that it is a living one. */
function wronglyStarted(prng: Prng): Action {
  const joined = prng.below(2);
  return {
    name: `a server that joins server ${joined} under the other one's address`,
    steps: [{ what: "start it, stop it" }],
    run: async ({ targets }, some) => {
      if (some.length === 0) return;
      const [join, advertise] = [targets[joined], targets[1 - joined]].map(({ address }) =>
        address
      );
      const args = ["--actors", "1", "--join", join, "--advertise", advertise];
      const server = new FuzzedServer(args, { mayEnd: true });
      await inTime(server.ended, wronglyStartedMs, () => undefined);
      await server.stop();
    },
  };
}

/** Those that are drawn more often stand here more often. */
export const lieAttacks: readonly Attack[] = [...new Array(40).fill(liar), wronglyStarted];
