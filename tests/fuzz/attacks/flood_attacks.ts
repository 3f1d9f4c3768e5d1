import { sleep } from "../../support/until.ts";
import { concat, frame, frameHeader, requestFrame } from "../../support/rpc/wire.ts";
import { Prng } from "../../../simulate/world/prng.ts";
import type { Action, Attack, Step, Target } from "../arena/action.ts";
import { attackerSocket, attempt, readAll } from "../arena/attempt.ts";
import { FakePeer, type PeerManners } from "../arena/fake_peer.ts";
import { hostileEncode, oneOf, Raw } from "../arena/hostile_bytes.ts";
import { helloFrame, noEntries, peerMessage, tellOf, toldFrame } from "./peer_messages.ts";

/**
 * Far too much of what is well-formed.
 *
 * @module
 */

const KiB = 1024;
const MiB = 1024 * KiB;

/** What a peer does that only floods. */
const polite: PeerManners = {
  hello: "greets",
  notices: "acknowledges",
  describe: "describes itself",
};

type Port = "query" | "system";

function addressOf({ address, queryAddresses }: Target, port: Port): string {
  return port === "query" ? queryAddresses[0] : address;
}

/** A request of a flood: what it costs its sender is little, whatever it costs the server. */
const requests: Record<string, readonly [port: Port, method: string, params: readonly unknown[]]> =
  {
    "Ping of a query port": ["query", "Ping", []],
    "Get of a short value": ["query", "Get", ["hostile/1"]],
    "Get of 20 kB": ["query", "Get", ["hostile/list/0"]],
    "List of everything": ["query", "List", [""]],
    "Scan of everything": ["query", "Scan", ["", null, 10_000]],
    "Put": ["query", "Put", ["hostile/1", "flood"]],
    "Stats of a query port": ["query", "Stats", []],
    "Ping of a system port": ["system", "Ping", []],
    "Describe": ["system", "Describe", []],
    "Stats of a system port": ["system", "Stats", []],
    "Hello": ["system", "Hello", [1, "127.0.0.1:1", "1".repeat(16), null, { cluster: "cmud" }]],
  };

/** Sends requests in bursts and reads none of the answers. */
function unreadRequests(prng: Prng): Action {
  const target = prng.below(2);
  const name = oneOf(prng, Object.keys(requests));
  const [port, method, params] = requests[name];
  const burst = 100 + prng.below(10_000);
  const heldMs = 200 + prng.below(1_500);
  return {
    name: `requests of server ${target} whose answers are not read, for ${heldMs} ms`,
    steps: Array.from(
      { length: 1 + prng.below(8) },
      () => ({ what: `send ${burst} times ${name}` }),
    ),
    run: ({ targets }, some) =>
      attempt(async () => {
        using socket = await attackerSocket(addressOf(targets[target], port));
        const request = requestFrame(1, method, params);
        for (const _ of some) await socket.send(repeated(request, burst));
        await sleep(heldMs);
      }),
  };
}

/** Lists everything again and again, on several connections, and reads it. */
function listsOfEverything(prng: Prng): Action {
  const target = prng.below(2);
  const connections = 1 + prng.below(16);
  return {
    name: `everything of server ${target} is listed on ${connections} connections`,
    steps: [
      { what: "put 2 MB" },
      ...Array.from({ length: 1 + prng.below(6) }, () => ({ what: "list everything" })),
    ],
    run: async ({ targets }, some) => {
      const address = addressOf(targets[target], "query");
      const isPut = some[0]?.what.startsWith("put");
      if (isPut) {
        await attempt(async () => {
          using socket = await attackerSocket(address);
          for (let i = 0; i < 100; i++) {
            await socket.send(requestFrame(i, "Put", [`hostile/list/${i}`, "e".repeat(20_000)]));
            await socket.frame();
          }
        });
      }
      const lists = some.slice(isPut ? 1 : 0);
      await Promise.all(Array.from({ length: connections }, () =>
        attempt(async () => {
          using socket = await attackerSocket(address);
          await socket.send(repeated(requestFrame(1, "List", [""]), lists.length));
          for (const _ of lists) await socket.frame();
        })));
    },
  };
}

/** Begins frames on many connections and leaves, again and again. */
function halfFrames(prng: Prng): Action {
  const target = prng.below(2);
  const port = oneOf<Port>(prng, ["query", "system"]);
  const connections = 5 + prng.below(40);
  const sent = oneOf(prng, [1, 4 * KiB, 60 * KiB, 200 * KiB, MiB]);
  const bytes = concat(frameHeader(16 * MiB), new Uint8Array(sent));
  const heldMs = prng.below(400);
  return {
    name: `half frames on connections to the ${port} port of server ${target} that come and go`,
    steps: Array.from({ length: 1 + prng.below(6) }, () => (
      { what: `send ${sent} bytes on ${connections} connections, hold them for ${heldMs} ms` }
    )),
    run: async ({ targets }, some) => {
      for (const _ of some) {
        await Promise.all(Array.from({ length: connections }, () =>
          attempt(async () => {
            using socket = await attackerSocket(addressOf(targets[target], port));
            await socket.send(bytes);
            await sleep(heldMs);
          })));
      }
    },
  };
}

/** Connects very often, and says nothing. */
function silentConnections(prng: Prng): Action {
  const target = prng.below(2);
  const port = oneOf<Port>(prng, ["query", "system"]);
  const connections = 50 + prng.below(400);
  const heldMs = 500 + prng.below(3_000);
  return {
    name: `silent connections to the ${port} port of server ${target}`,
    steps: [{ what: `connect ${connections} times, and stay for ${heldMs} ms` }],
    run: async ({ targets }, some) => {
      if (some.length === 0) return;
      await Promise.all(Array.from({ length: connections }, () =>
        attempt(async () => {
          using _socket = await attackerSocket(addressOf(targets[target], port));
          await sleep(heldMs);
        })));
    },
  };
}

/** Things that take a byte on the wire, and more as objects. */
const tiny: Record<string, (count: number) => Uint8Array> = {
  "empty arrays": (count) => manyOf(0xdd, count, [0x90]),
  "empty maps": (count) => manyOf(0xdd, count, [0x80]),
  "nils": (count) => manyOf(0xdd, count, [0xc0]),
  "empty texts": (count) => manyOf(0xdd, count, [0xa0]),
  "properties of one name": (count) => manyOf(0xdf, count >> 1, [0xa0, 0x80]),
  "maps that announce four billion": (count) =>
    manyOf(0xdd, Math.floor(count / 5), [0xdf, 255, 255, 255, 255]),
};

function manyOf(type: number, count: number, item: readonly number[]): Uint8Array {
  return concat(type, frameHeader(count), repeated(new Uint8Array(item), count));
}

/** Messages full of things that take more room as objects than as bytes. */
function emptyObjects(prng: Prng): Action<Step & { message(target: Target): Uint8Array }> {
  const target = prng.below(2);
  const seed = prng.u32();
  const port = oneOf<Port>(prng, ["query", "system"]);
  const steps = Array.from({ length: 1 + prng.below(4) }, () => {
    const count = oneOf(prng, [100 * KiB, MiB, 8 * MiB, 15 * MiB]);
    const name = oneOf(prng, Object.keys(tiny));
    const where = oneOf(prng, port === "query" ? ["Get", "Put", "List"] : ["Hello", "Tell"]);
    const objects = () => new Raw(tiny[name](count));
    return {
      what: `${where} with ${count} bytes of ${name}`,
      message: (told: Target) =>
        where === "Tell"
          ? frame(hostileEncode(tellOf(told.syncActor, hostileEncode({ more: objects() }))))
          : where === "Hello"
          ? frame(
            hostileEncode([0, 1, "Hello", [1, "127.0.0.1:1", "1".repeat(16), null, objects()]]),
          )
          : frame(
            hostileEncode([0, 1, where, where === "Put" ? ["hostile/1", objects()] : objects()]),
          ),
    };
  });
  return {
    name: `large empty objects for the ${port} port of server ${target}`,
    steps,
    run: ({ targets }, some) =>
      attempt(async () => {
        await using peer = new FakePeer(polite, new Prng(seed));
        for (const { message } of some) {
          await attempt(async () => {
            using socket = await attackerSocket(addressOf(targets[target], port));
            if (port === "system") {
              await socket.send(helloFrame(peer));
              await socket.send(toldFrame(targets[target], peerMessage(peer.ref, noEntries)));
            }
            await socket.send(message(targets[target]));
            await readAll(socket, { quietMs: 500 });
          });
        }
      }),
  };
}

/** An address of this machine where nobody listens, as long as it runs none of the old services. */
function madeUpAddress(prng: Prng): string {
  const byte = () => prng.below(256);
  return `127.${byte()}.${byte()}.${1 + prng.below(254)}:${1 + prng.below(1_000)}`;
}

/** Connections whose callers name addresses where nobody is. */
function helloFlood(prng: Prng): Action {
  const target = prng.below(2);
  const seed = prng.u32();
  const connections = 10 + prng.below(80);
  const heldMs = prng.below(1_000);
  return {
    name: `a flood of Hellos at server ${target}`,
    steps: Array.from({ length: 1 + prng.below(4) }, (_, i) => (
      { what: `greet ${connections} times, stay for ${heldMs} ms: wave ${i}` }
    )),
    run: async ({ targets }, some) => {
      for (const { what } of some) {
        const names = new Prng(seed + Number(what.at(-1)));
        await Promise.all(Array.from({ length: connections }, () =>
          attempt(async () => {
            const from = { address: madeUpAddress(names), incarnation: names.hex64() };
            using socket = await attackerSocket(targets[target].address);
            await socket.send(helloFrame(from));
            await socket.send(
              toldFrame(targets[target], peerMessage({ ...from, counter: 1 }, noEntries)),
            );
            await sleep(heldMs);
          })));
      }
    },
  };
}

/** Listeners to which a flood of introductions leads, among addresses where nobody is. */
const tarpits = 8;

/** A peer names servers that are none, and such as never answer, ever new ones. */
function introductionFlood(prng: Prng): Action {
  const target = prng.below(2);
  const seed = prng.u32();
  const named = oneOf(prng, [16, 64, 200]);
  const stays = 500 + prng.below(3_000);
  return {
    name: `a peer of server ${target} that names ever new servers`,
    steps: Array.from({ length: 2 + prng.below(20) }, (_, i) => (
      { what: `name ${named} servers: message ${i}` }
    )),
    run: ({ targets }, some) =>
      attempt(async () => {
        const manners = { ...polite, hello: "reads nothing" } as const;
        await using pits = new AsyncDisposableStack();
        const deaf = Array.from(
          { length: tarpits },
          (_, i) => pits.use(new FakePeer(manners, new Prng(seed + i))),
        );
        await using peer = new FakePeer(polite, new Prng(seed));
        using socket = await attackerSocket(targets[target].address);
        await socket.send(helloFrame(peer));
        for (const { what } of some) {
          const names = new Prng(seed ^ Number(what.split(" ").at(-1)));
          const peers = Array.from({ length: named }, () => ({
            address: names.below(8) === 0 ? oneOf(names, deaf).address : madeUpAddress(names),
            incarnation: names.hex64(),
            counter: 1,
          }));
          await socket.send(
            toldFrame(targets[target], peerMessage(peer.ref, noEntries, { peers })),
          );
        }
        await sleep(stays);
      }),
  };
}

/** A peer that is greeted, and then reads next to nothing of what it is sent. */
function tarpitPeer(prng: Prng): Action {
  const target = prng.below(2);
  const seed = prng.u32();
  const stays = 1_000 + prng.below(20_000);
  const asksForState = prng.below(2);
  return {
    name: `a peer of server ${target} that reads a byte a second`,
    steps: [{
      what: `stay for ${stays} ms, ${asksForState ? "asking for the state" : "as a peer"}`,
    }],
    run: ({ targets }, some) =>
      attempt(async () => {
        if (some.length === 0) return;
        const manners = { ...polite, notices: "reads a byte a second" } as const;
        await using peer = new FakePeer(manners, new Prng(seed));
        using socket = await attackerSocket(targets[target].address, stays + 1_000);
        await socket.send(helloFrame(peer));
        await socket.send(toldFrame(
          targets[target],
          peerMessage(peer.ref, noEntries, { wantsState: asksForState }),
        ));
        await sleep(stays);
      }),
  };
}

/** A client that sends and reads a byte at a time, with pauses. */
function tarpitClient(prng: Prng): Action {
  const target = prng.below(2);
  const port = oneOf<Port>(prng, ["query", "system"]);
  const bytes = 2 + prng.below(8);
  return {
    name: `a client of the ${port} port of server ${target} that sends a byte a second`,
    steps: [{ what: `send ${bytes} bytes` }],
    run: ({ targets }, some) =>
      attempt(async () => {
        if (some.length === 0) return;
        using socket = await attackerSocket(addressOf(targets[target], port), 15_000);
        const request = requestFrame(1, "Ping", []);
        for (let i = 0; i < bytes; i++) {
          await socket.send(request.subarray(i, i + 1));
          await sleep(1_000);
        }
      }),
  };
}

function repeated(item: Uint8Array, count: number): Uint8Array {
  const bytes = new Uint8Array(item.length * count);
  if (count > 0) bytes.set(item);
  for (let at = item.length; at < bytes.length; at *= 2) bytes.copyWithin(at, 0, at);
  return bytes;
}

/** All are drawn alike. */
export const floodAttacks: readonly Attack[] = [
  ...[unreadRequests, unreadRequests, unreadRequests, listsOfEverything, halfFrames],
  ...[silentConnections, emptyObjects, helloFlood, introductionFlood],
  ...[tarpitPeer, tarpitClient],
];
