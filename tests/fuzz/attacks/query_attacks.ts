import { sleep } from "../../support/until.ts";
import { RawSocket } from "../../support/rpc/raw_socket.ts";
import { concat, frame, frameHeader, requestFrame } from "../../support/rpc/wire.ts";
import type { Prng } from "../../../simulate/world/prng.ts";
import type { Action, Attack, Step } from "../arena/action.ts";
import { WrongAnswer } from "../arena/wrong_answer.ts";
import { attackerSocket, attempt, readAll } from "../arena/attempt.ts";
import {
  hostileEncode,
  hostileMessage,
  hostileValue,
  onceIn,
  oneOf,
  Raw,
} from "../arena/hostile_bytes.ts";

/**
 * What is done to query ports.
 *
 * @module
 */

const MiB = 1024 * 1024;

/** Bytes that are sent as they are. */
interface BytesStep extends Step {
  readonly bytes: Uint8Array;
}

/** Few keys, so that what attackers put does not grow; none is a polite client's. */
function keyOf(prng: Prng): unknown {
  if (onceIn(prng, 4)) return hostileValue(prng);
  return onceIn(prng, 6) ? `\u{1f600}${"k".repeat(4_000)}` : `hostile/${prng.below(64)}`;
}

function requestOf(prng: Prng): unknown[] {
  const key = keyOf(prng);
  const call: [method: unknown, params: unknown[]] = oneOf(prng, [
    ["Get", [key]],
    ["Put", [key, onceIn(prng, 8) ? hostileValue(prng) : "v".repeat(prng.below(2_000))]],
    ["List", [key]],
    ["Scan", [key, onceIn(prng, 2) ? null : keyOf(prng), oneOf(prng, [0, 1, 100, 10_000, 10_001])]],
    ["Delete", [key]],
    ["Count", [key]],
    ["Ping", []],
    ["Stats", []],
    ["Hello", [1, "127.0.0.1:1", "0", null]],
    [hostileValue(prng), [key]],
  ] as [unknown, unknown[]][]);
  return onceIn(prng, 10) ? [2, ...call] : [0, prng.below(1_000), ...call];
}

/** Sends requests, each of them somehow wrong, and reads what is answered. */
function mutatedRequests(prng: Prng): Action<BytesStep> {
  const target = prng.below(2);
  const steps = Array.from({ length: 1 + prng.below(12) }, () => {
    const request = requestOf(prng);
    return { what: `send ${shown(request)}, mutated`, bytes: hostileMessage(request, prng) };
  });
  return {
    name: `mutated requests to server ${target}`,
    steps,
    run: ({ targets }, some) =>
      attempt(async () => {
        using socket = await attackerSocket(targets[target].queryAddresses[0]);
        const reading = readAll(socket, { quietMs: 300 });
        await attempt(async () => {
          for (const { bytes } of some) await socket.send(bytes);
        });
        await reading;
      }),
  };
}

/** Begins a frame and never ends it. */
function halfFrame(prng: Prng): Action {
  const target = prng.below(2);
  const length = oneOf(prng, [1, 100, 65_536, 8 * MiB, 16 * MiB]);
  const sent = prng.below(Math.min(length, MiB));
  const heldMs = 200 + prng.below(2_000);
  return {
    name: `half a frame to server ${target}`,
    steps: [{ what: `send ${sent} bytes of ${length}, hold them for ${heldMs} ms` }],
    run: ({ targets }, some) =>
      attempt(async () => {
        if (some.length === 0) return;
        using socket = await attackerSocket(targets[target].queryAddresses[0]);
        await socket.send(concat(frameHeader(length), new Uint8Array(sent)));
        await sleep(heldMs);
      }),
  };
}

/** Sends very many requests at once; all have to be answered, in their order. */
function flood(prng: Prng): Action {
  const target = prng.below(2);
  const count = 200 + prng.below(4_000);
  const method = oneOf(prng, ["Get", "Put", "Ping", "Scan", "List", "Nothing"]);
  const params = {
    Get: ["hostile/1"],
    Put: ["hostile/1", "flood"],
    Ping: [],
    Scan: ["hostile/", null, 3],
    List: ["hostile/1"],
    Nothing: [],
  }[method];
  return {
    name: `a flood on server ${target}`,
    steps: [{ what: `send ${count} times ${method}` }],
    run: ({ targets }, some) =>
      attempt(async () => {
        if (some.length === 0) return;
        using socket = await RawSocket.connect(targets[target].queryAddresses[0], 20_000);
        const reading = readAll(socket, { quietMs: 10_000, messagesMax: count });
        await attempt(() =>
          socket.send(
            concat(...Array.from({ length: count }, (_, i) => requestFrame(i, method, params))),
          )
        );
        const replies = await reading;
        const byPut = ([, , error]: unknown[]) => method === "Put" && error === null;
        const ordered = method === "Put" ? replies.filter((reply) => !byPut(reply)) : replies;
        if (
          ordered.some(([, msgid], i) =>
            i > 0 && (msgid as number) <= (ordered[i - 1][1] as number)
          )
        ) {
          throw new WrongAnswer(`a flood of ${method} was answered out of order`);
        }
      }),
  };
}

/** Asks for much, and does not read. */
function deafReader(prng: Prng): Action {
  const target = prng.below(2);
  const count = 1 + prng.below(500);
  const heldMs = 200 + prng.below(1_500);
  return {
    name: `a reader that does not read, of server ${target}`,
    steps: [
      { what: "put 1 MiB" },
      { what: `ask for it ${count} times, read nothing for ${heldMs} ms` },
    ],
    run: ({ targets }, some) =>
      attempt(async () => {
        using socket = await attackerSocket(targets[target].queryAddresses[0]);
        const key = "hostile/large";
        for (const { what } of some) {
          if (what.startsWith("put")) {
            await socket.send(requestFrame(1, "Put", [key, "x".repeat(MiB)]));
          } else {
            const asked = Array.from({ length: count }, (_, i) => requestFrame(i, "Get", [key]));
            await socket.send(concat(...asked));
            await sleep(heldMs);
          }
        }
      }),
  };
}

/** Connects and leaves, many times at once. */
function storm(prng: Prng): Action {
  const target = prng.below(2);
  const port = prng.below(2);
  const count = 10 + prng.below(100);
  const first = onceIn(prng, 2) ? frame([0x93]) : new Uint8Array();
  return {
    name: `a storm of connections on server ${target}`,
    steps: [{ what: `connect ${count} times to the ${port === 0 ? "query" : "system"} port` }],
    run: async ({ targets }, some) => {
      if (some.length === 0) return;
      const { address, queryAddresses } = targets[target];
      await Promise.all(Array.from({ length: count }, () =>
        attempt(async () => {
          using socket = await attackerSocket(port === 0 ? queryAddresses[0] : address);
          await socket.send(first);
        })));
    },
  };
}

/** Sends what is as large as allowed, or a little larger. */
function large(prng: Prng): Action<BytesStep> {
  const target = prng.below(2);
  const keyBytes = oneOf(prng, [4_096, 4_097, 65_536, MiB]);
  const valueBytes = oneOf(prng, [0, 8 * MiB, 8 * MiB + 1, 16 * MiB - 100]);
  const key = new Raw(hostileEncode("k".repeat(keyBytes)));
  const requests: [string, unknown[]][] = [
    [`Get of a key of ${keyBytes} bytes`, [0, 1, "Get", [key]]],
    [`Put of a value of ${valueBytes} bytes`, [
      ...[0, 2, "Put"],
      ["hostile/larger", valueBytes === 0 ? "" : "v".repeat(valueBytes)],
    ]],
    [`an unknown method of ${keyBytes} bytes`, [0, 3, key, []]],
  ];
  return {
    name: `large requests to server ${target}`,
    steps: requests.map(([what, request]) => ({ what, bytes: frame(hostileEncode(request)) })),
    run: ({ targets }, some) =>
      attempt(async () => {
        using socket = await attackerSocket(targets[target].queryAddresses[0]);
        const reading = readAll(socket, { quietMs: 3_000, messagesMax: some.length });
        await attempt(async () => {
          for (const { bytes } of some) await socket.send(bytes);
        });
        await reading;
      }),
  };
}

/** A value as it may be shown in a report. */
function shown(value: unknown): string {
  const text = JSON.stringify(value, (_, item) => typeof item === "bigint" ? `${item}` : item);
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}

/** Those that are drawn more often stand here more often. */
export const queryAttacks: readonly Attack[] = [
  ...[mutatedRequests, mutatedRequests, mutatedRequests, mutatedRequests],
  ...[halfFrame, flood, deafReader, storm, large],
];
