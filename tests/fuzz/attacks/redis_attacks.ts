import { commandTable } from "../../../resp/mod.ts";
import { sleep } from "../../support/until.ts";
import type { Prng } from "../../../simulate/world/prng.ts";
import { encoded, RedisSocket } from "../../support/resp/redis_socket.ts";
import { itemsOf } from "../../support/resp/reply_end.ts";
import type { Action, Attack, Step } from "../arena/action.ts";
import { attempt } from "../arena/attempt.ts";
import { onceIn, oneOf } from "../arena/hostile_bytes.ts";
import { WrongAnswer } from "../arena/wrong_answer.ts";

/**
 * What is done to query ports in the protocol of Redis.
 *
 * @module
 */

const MiB = 1024 * 1024;

/** Bytes that are sent as they are, each a character. */
interface TextStep extends Step {
  readonly text: string;
}

/** Names of all commands and options, and of some that there are not. */
const words = [
  ...commandTable.all.flatMap(({ name, subcommands }) => [
    name,
    ...(subcommands?.all ?? []).map(({ name }) => name.slice(name.indexOf("|") + 1)),
  ]),
  ...["EX", "PX", "EXAT", "PXAT", "KEEPTTL", "NX", "XX", "GET", "GT", "LT", "COUNT", "MATCH"],
  ...["TYPE", "string", "ON", "OFF", "SKIP", "AUTH", "SETNAME", "MULTI", "EVAL", "YES", "NO"],
  ...["BCAST", "PREFIX", "OPTIN", "OPTOUT", "NOLOOP", "REDIRECT"],
];

/** An argument. Few keys, so that what attackers put does not grow; none is a polite client's. */
function argumentOf(prng: Prng): string {
  const bytes = (count: number) =>
    Array.from({ length: count }, () => String.fromCharCode(prng.below(256))).join("");
  return oneOf(prng, [
    () => `hostile/${prng.below(64)}`,
    () => `hostile/${prng.below(64)}`,
    () => oneOf(prng, words),
    () => bytes(prng.below(20)),
    () => oneOf(prng, ["0", "-1", "1", "9223372036854775807", "-9223372036854775808", "1e9", ""]),
    () => oneOf(prng, ["*", "[", "*a*a*a*b", "\\", "[^", "hostile/*", "?".repeat(300)]),
    () => "v".repeat(prng.below(20_000)),
    () => "*a".repeat(2_000),
    () =>
      oneOf(prng, [
        "__keyspace@0__:hostile/1",
        "__key*__:*",
        "__keyevent@0__:set",
        "__keyspace@0__:",
      ]),
  ])();
}

/** A command, perhaps with something wrong in how it is written. */
function commandOf(prng: Prng): string[] {
  const args = Array.from({ length: prng.below(6) }, () => argumentOf(prng));
  // Most commands do something only to a key.
  return [oneOf(prng, words), ...(onceIn(prng, 3) ? [] : [`hostile/${prng.below(64)}`]), ...args];
}

function mutated(text: string, prng: Prng): string {
  const at = prng.below(text.length + 1);
  return oneOf(prng, [
    () => text,
    () => text,
    () => text.slice(0, at),
    () => text.slice(0, at) + String.fromCharCode(prng.below(256)) + text.slice(at + 1),
    () => text.slice(0, at) + oneOf(prng, ["\r\n", "$", "*", "-1", "99999999999"]) + text.slice(at),
    () => text.replace(/\$\d+/, () => `$${oneOf(prng, ["-1", "8388608", "8388609", "1"])}`),
    () => text.replace(/\*\d+/, () => `*${oneOf(prng, ["-1", "0", "131072", "131073", "3"])}`),
    () => text.replace(/[*$]\d+\r\n/g, " "),
  ])();
}

/**
 * Reads replies until the connection ends or nothing has come for a while.
 *
 * @throws {WrongAnswer} when something is no reply.
 */
async function readReplies(socket: RedisSocket, quietMs: number, max = Infinity) {
  const replies: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    while (replies.length < max) {
      timer = setTimeout(() => socket[Symbol.dispose](), quietMs);
      replies.push(await socket.reply());
      clearTimeout(timer);
    }
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith("Cannot read a reply")) throw new WrongAnswer(message);
  } finally {
    clearTimeout(timer);
  }
  return replies;
}

/** Sends commands, most of them somehow wrong, and reads what is answered. */
function mutatedCommands(prng: Prng): Action<TextStep> {
  const target = prng.below(2);
  const steps = Array.from({ length: 1 + prng.below(20) }, () => {
    const text = mutated(encoded(commandOf(prng)), prng);
    return { what: `send ${JSON.stringify(text.slice(0, 200))} (${text.length} bytes)`, text };
  });
  return {
    name: `mutated commands to server ${target}`,
    steps,
    run: ({ targets }, some) =>
      attempt(async () => {
        using socket = await RedisSocket.connect(targets[target].queryAddresses[0]);
        const reading = readReplies(socket, 300);
        await attempt(async () => {
          for (const { text } of some) await socket.send(text);
        });
        await reading;
      }),
  };
}

/** Sends very many commands at once; all have to be answered, in their order. */
function commandFlood(prng: Prng): Action {
  const target = prng.below(2);
  const count = 200 + prng.below(4_000);
  const costly = oneOf(prng, [
    ["APPEND", "hostile/flood", "x"],
    ["SCAN", "0", "MATCH", "*a*b*c*d*e*f", "COUNT", "100000"],
    ["KEYS", "hostile/*"],
    ["GETRANGE", "hostile/1", "0", "-1"],
    ["COMMAND", "DOCS"],
    ["MGET", ...Array.from({ length: 20 }, () => "hostile/1")],
  ]);
  return {
    name: `a flood of commands on server ${target}`,
    steps: [{ what: `send ${count} times ECHO, and ${costly[0]} now and then` }],
    run: ({ targets }, some) =>
      attempt(async () => {
        if (some.length === 0) return;
        using socket = await RedisSocket.connect(targets[target].queryAddresses[0]);
        const commands = Array.from({ length: count }, (_, i) =>
          encoded(i % 50 === 49 ? costly : ["ECHO", String(i)]));
        const reading = readReplies(socket, 10_000, count);
        await attempt(() =>
          socket.send(commands.join(""))
        );
        const replies = await reading;
        for (const [i, reply] of replies.entries()) {
          if (i % 50 !== 49 && reply.split("\r\n")[1] !== String(i)) {
            throw new WrongAnswer(`command ${i} of a flood was answered ${reply.slice(0, 80)}`);
          }
        }
        await attempt(() => socket.send(encoded(["DEL", "hostile/flood"])));
      }),
  };
}

/** Goes through all keys while others come and go: each page is one, and it ends. */
function scans(prng: Prng): Action {
  const target = prng.below(2);
  const count = oneOf(prng, [1, 10, 1_000, 1_000_000]);
  const forged = String(prng.u32());
  return {
    name: `scans of server ${target}`,
    steps: [{ what: `a cursor ${forged}` }, { what: `pages of ${count}` }],
    run: ({ targets }, some) =>
      attempt(async () => {
        using socket = await RedisSocket.connect(targets[target].queryAddresses[0]);
        for (const { what } of some) {
          let cursor = what.startsWith("a") ? forged : "0";
          for (let pages = 0; pages < 200; pages++) {
            const [reply] = await socket.ask([["SCAN", cursor, "COUNT", String(count)]]);
            if (itemsOf(reply).length !== 2) {
              throw new WrongAnswer(`a page is ${reply.slice(0, 80)}`);
            }
            cursor = reply.split("\r\n")[2];
            if (cursor === "0") break;
          }
        }
      }),
  };
}

/** Asks for much, and does not read; or begins a command, and does not end it. */
function holder(prng: Prng): Action<TextStep> {
  const target = prng.below(2);
  const count = 1 + prng.below(500);
  const heldMs = 200 + prng.below(1_500);
  const half = oneOf(prng, [
    "*2\r\n$3\r\nGET\r\n$8388608\r\n",
    "*131072\r\n" + "$0\r\n\r\n".repeat(1_000),
    "x".repeat(60_000),
    "*1\r\n$",
  ]);
  return {
    name: `a connection to server ${target} that holds much`,
    steps: [
      { what: "set 1 MiB", text: encoded(["SET", "hostile/large", "x".repeat(MiB)]) },
      { what: `ask for it ${count} times`, text: encoded(["GET", "hostile/large"]).repeat(count) },
      { what: `half a command, for ${heldMs} ms`, text: half },
    ],
    run: ({ targets }, some) =>
      attempt(async () => {
        using socket = await RedisSocket.connect(targets[target].queryAddresses[0]);
        for (const { text } of some) await socket.send(text);
        await sleep(heldMs);
      }),
  };
}

/** Is told of all that changes, and reads or does not; what it reads is whole messages. */
function listener(prng: Prng): Action {
  const target = prng.below(2);
  const heldMs = 100 + prng.below(400);
  const isDeaf = onceIn(prng, 2);
  const commands = oneOf(prng, [
    [["HELLO", "3"], ["CLIENT", "TRACKING", "ON", "BCAST"]],
    [["HELLO", "3"], ["CLIENT", "TRACKING", "ON"], ["MGET", ...hostileKeys]],
    [["PSUBSCRIBE", "*", "__key*__:*", "__keyspace@0__:*a*a*a*"]],
    [["SUBSCRIBE", ...hostileKeys.map((key) => `__keyspace@0__:${key}`)]],
    [["HELLO", "3"], ["PSUBSCRIBE", ...Array.from({ length: 300 }, (_, i) => `__key*__:${i}*`)]],
  ]);
  return {
    name: `a listener of server ${target} that ${isDeaf ? "does not read" : "reads"}`,
    steps: [{ what: `${commands.at(-1)!.slice(0, 4).join(" ")}, for ${heldMs} ms` }],
    run: ({ targets }, some) =>
      attempt(async () => {
        if (some.length === 0) return;
        using socket = await RedisSocket.connect(targets[target].queryAddresses[0]);
        for (const command of commands) await socket.send(encoded(command));
        const writes = hostileKeys.map((key) => encoded(["SET", key, "v"])).join("");
        await socket.send(writes.repeat(5));
        if (isDeaf) await sleep(heldMs);
        else await readReplies(socket, heldMs, 20_000);
      }),
  };
}

const hostileKeys = Array.from({ length: 64 }, (_, i) => `hostile/${i}`);

/** Those that are drawn more often stand here more often. */
export const redisAttacks: readonly Attack[] = [
  ...[mutatedCommands, mutatedCommands, mutatedCommands],
  ...[commandFlood, scans, holder, listener],
];
