import { parseAddress } from "../../../rpc/mod.ts";
import { Prng } from "../../../simulate/world/prng.ts";
import { concat, requestFrame } from "../../support/rpc/wire.ts";
import { sleep } from "../../support/until.ts";
import type { Action, Attack, Step } from "../arena/action.ts";
import { attempt } from "../arena/attempt.ts";
import { hostileMessage, mutatedBytes, onceIn, oneOf } from "../arena/hostile_bytes.ts";
import { WrongAnswer } from "../arena/wrong_answer.ts";

/**
 * What is done to the WebSocket of servers.
 *
 * @module
 */

/** Bytes that are sent as they are. */
interface BytesStep extends Step {
  readonly bytes: Uint8Array;
}

const encoder = new TextEncoder();

function handshake(host: string, prng: Prng): Uint8Array {
  const lines = [
    `${oneOf(prng, ["GET", "GET", "GET", "POST", "HEAD"])} /rpc HTTP/1.1`,
    `Host: ${oneOf(prng, [host, host, host, "localhost", "evil.example"])}`,
    `Upgrade: ${oneOf(prng, ["websocket", "websocket", "WebSocket, x", "h2c"])}`,
    `Connection: ${oneOf(prng, ["Upgrade", "Upgrade", "keep-alive, Upgrade", "close"])}`,
    `Sec-WebSocket-Version: ${oneOf(prng, ["13", "13", "13", "8"])}`,
    `Sec-WebSocket-Key: ${
      oneOf(prng, ["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==", "x"])
    }`,
  ];
  if (onceIn(prng, 6)) {
    lines.push(`Origin: ${oneOf(prng, ["null", "http://evil.example", `http://${host}`])}`);
  }
  return encoder.encode([...lines, "\r\n"].join("\r\n"));
}

/** The usual handshake, which is agreed to. */
function plainHandshake(host: string): Uint8Array {
  const lines = ["GET /rpc HTTP/1.1", `Host: ${host}`, "Upgrade: websocket", "Connection: Upgrade"];
  lines.push("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "\r\n");
  return encoder.encode(lines.join("\r\n"));
}

/** A frame of a WebSocket, somehow wrong now and then. */
function socketFrame(payload: Uint8Array, prng: Prng): Uint8Array {
  const opcode = oneOf(prng, [2, 2, 2, 2, 0, 1, 8, 9, 10, 3, 15]);
  const first = opcode | (onceIn(prng, 6) ? 0 : 0x80) | (onceIn(prng, 20) ? 0x40 : 0);
  const mask = onceIn(prng, 20) ? 0 : 0x80;
  const key = [prng.below(256), prng.below(256), prng.below(256), prng.below(256)];
  const length = onceIn(prng, 20) ? prng.below(70_000) : payload.length;
  const head = length < 126
    ? [first, mask | length]
    : length < 65_536
    ? [first, mask | 126, length >> 8, length & 255]
    : [first, mask | 127, 0, 0, 0, 0, 0, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  const body = payload.map((byte, i) => byte ^ key[i & 3]);
  const bytes = concat(Uint8Array.from([...head, ...mask === 0 ? [] : key]), body);
  return onceIn(prng, 10) ? mutatedBytes(bytes, prng) : bytes;
}

/** Opens a connection, sends bytes, and reads what comes for so long. @returns what came. */
async function exchange(
  address: string,
  parts: readonly Uint8Array[],
  heldMs: number,
): Promise<Uint8Array> {
  using conn = await Deno.connect(parseAddress(address));
  const received: Uint8Array[] = [];
  const timer = setTimeout(() => {
    try {
      conn.close();
    } catch {
      // The other side was quicker, and the oldest Deno has closed it already.
    }
  }, heldMs);
  const reading = attempt(async () => {
    for await (const part of conn.readable) received.push(part);
  });
  await attempt(async () => {
    for (const part of parts) await conn.write(part);
  });
  await reading;
  clearTimeout(timer);
  return concat(...received);
}

/** Sends what is somehow wrong, from the handshake on. */
function mutatedMessages(prng: Prng): Action<BytesStep> {
  const target = prng.below(2);
  const isPlain = !onceIn(prng, 4);
  const seed = prng.u32();
  const steps = Array.from({ length: 1 + prng.below(15) }, () => {
    const key = `hostile/${prng.below(64)}`;
    const request = oneOf(prng, [
      [0, 1, "Get", [key]],
      [0, 2, "Put", [key, "v".repeat(prng.below(2_000))]],
      [0, 3, "Watch", [key]],
      [0, 4, "List", ["hostile/"]],
    ]);
    const bytes = socketFrame(hostileMessage(request, prng), prng);
    return { what: `send ${bytes.length} bytes of a WebSocket`, bytes };
  });
  return {
    name: `mutated messages to the WebSocket of server ${target}`,
    steps,
    run: ({ targets }, some) =>
      attempt(async () => {
        const { http } = targets[target];
        const head = isPlain ? plainHandshake(http) : handshake(http, new Prng(seed));
        await exchange(http, [head, ...some.map(({ bytes }) => bytes)], 150);
      }),
  };
}

/** Sends very many requests in messages; all are answered, in their order. */
function messageFlood(prng: Prng): Action {
  const target = prng.below(2);
  const count = 200 + prng.below(3_000);
  return {
    name: `a flood of messages on the WebSocket of server ${target}`,
    steps: [{ what: `send ${count} times Ping, some in one message` }],
    run: ({ targets }, some) =>
      attempt(async () => {
        if (some.length === 0) return;
        const socket = new WebSocket(`ws://${targets[target].http}/rpc`);
        socket.binaryType = "arraybuffer";
        const expected = concat(...Array.from({ length: count }, (_, i) => pong(i)));
        const found = new Uint8Array(expected.length);
        let foundBytes = 0;
        const ended = new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 10_000);
          const end = () => (clearTimeout(timer), resolve());
          socket.onclose = socket.onerror = end;
          socket.onopen = () => {
            for (let i = 0; i < count; i += 7) {
              const frames = Array.from({ length: Math.min(7, count - i) }, (_, j) =>
                requestFrame(i + j, "Ping", []));
              socket.send(Uint8Array.from(concat(...frames)));
            }
          };
          socket.onmessage = ({ data }) => {
            const answer = new Uint8Array(data).subarray(0, found.length - foundBytes);
            found.set(answer, foundBytes);
            foundBytes += answer.length;
            if (foundBytes === expected.length) {
              end();
            }
          };
        });
        await ended;
        const isOpen = socket.readyState === WebSocket.OPEN;
        socket.onclose = socket.onerror = null;
        const closed = new Promise((resolve) =>
          socket.onclose = resolve
        );
        socket.close();
        if (isOpen) await closed;
        const isWrong = found.subarray(0, foundBytes).some((byte, i) => byte !== expected[i]);
        if (isWrong) throw new WrongAnswer("a flood of messages was answered otherwise");
      }),
  };
}

/** The answer to a Ping. */
function pong(msgid: number): Uint8Array {
  const id = msgid < 128 ? [msgid] : msgid < 256 ? [0xcc, msgid] : [0xcd, msgid >> 8, msgid & 255];
  const payload = [0x94, 1, ...id, 0xc0, 0xa4, ...encoder.encode("pong")];
  return Uint8Array.from([0, 0, 0, payload.length, ...payload]);
}

/** Asks for much, and does not read; or says half of a message. */
function deafSocket(prng: Prng): Action {
  const target = prng.below(2);
  const heldMs = 100 + prng.below(400);
  const count = 1 + prng.below(300);
  return {
    name: `a WebSocket of server ${target} that does not read`,
    steps: [{ what: `ask ${count} times for 60 KB, for ${heldMs} ms` }],
    run: ({ targets }, some) =>
      attempt(async () => {
        if (some.length === 0) return;
        const { http } = targets[target];
        using conn = await Deno.connect(parseAddress(http));
        await conn.write(plainHandshake(http));
        const masked = (frame: Uint8Array) =>
          concat(
            Uint8Array.of(0x82, 0xfe, frame.length >> 8, frame.length & 255, 0, 0, 0, 0),
            frame,
          );
        const put = requestFrame(1, "Put", ["hostile/large", "x".repeat(60_000)]);
        const gets = Array.from(
          { length: count },
          (_, i) => masked(requestFrame(i, "Get", ["hostile/large"])),
        );
        const sending = attempt(() => conn.write(concat(masked(put), ...gets)));
        await sleep(heldMs);
        conn.close();
        await sending;
      }),
  };
}

/** All of these attacks. */
export const webSocketAttacks: readonly Attack[] = [mutatedMessages, messageFlood, deafSocket];
