import { wireLimits } from "../../../limits.ts";
import { assertEquals, assertGreater, assertMatch } from "../../deps.ts";
import { named, nameless, payloadMsgid, pings } from "./payloads.ts";
import { RawSocket } from "./raw_socket.ts";
import { concat, frame, frameHeader } from "./wire.ts";

/**
 * What holds for the bytes that come to any port, whatever it serves behind them. The port must
 * know `Ping`.
 *
 * @module
 */

/** Runs `body`, and `ask` over and over meanwhile, which has to go on succeeding to the end. */
export async function whileServed(
  ask: () => Promise<unknown>,
  body: () => Promise<unknown>,
): Promise<void> {
  let over = false;
  let asked = 0;
  const asking = async () => {
    while (!over) {
      await ask();
      asked++;
    }
    await ask();
  };
  await Promise.all([asking(), body().finally(() => over = true)]);
  assertGreater(asked, 0);
}

/** Runs `body` while another connection to `address` goes on being answered. */
export async function whilePinged(address: string, body: () => Promise<unknown>): Promise<void> {
  using other = await RawSocket.connect(address);
  await whileServed(async () => assertEquals(await other.ask("Ping"), "pong"), body);
}

/** Sends bytes after a Ping, and gives the connection to `then`. */
async function afterPing(
  address: string,
  bytes: Uint8Array,
  then: (socket: RawSocket) => Promise<void>,
): Promise<void> {
  using socket = await RawSocket.connect(address);
  assertEquals(await socket.ask("Ping"), "pong");
  await socket.send(bytes);
  await then(socket);
}

/** An error's message: one sentence that says what was wrong. */
export const sentence = /^Cannot [^\n]+[^.\n]$/;

/** Registers the steps of a test: everything odd that is accepted, everything bad that ends. */
export async function checkBadInput(t: Deno.TestContext, address: string): Promise<void> {
  const step = (name: string, bytes: Uint8Array, then: (socket: RawSocket) => Promise<void>) =>
    t.step(name, () => whilePinged(address, () => afterPing(address, bytes, then)));

  for (const [name, payload] of Object.entries(pings)) {
    await step(`answers a request with ${name}`, frame(payload), async (socket) => {
      assertEquals(await socket.reply(), [1, payloadMsgid, null, "pong"]);
      assertEquals(await socket.ask("Ping"), "pong");
    });
  }
  for (const [name, payload] of Object.entries(nameless)) {
    const bytes = frame(payload);
    await step(`ends the connection after ${name}`, bytes, (socket) => socket.expectEnd());
  }
  for (const [name, payload] of Object.entries(named)) {
    const behind = frame(pings["the shortest encoding"]);
    const bytes = concat(frame(payload), behind);
    await step(`replies, then ends the connection after ${name}`, bytes, async (socket) => {
      const { code, message } = await socket.refusal(payloadMsgid);
      assertEquals(code, "bad_request");
      assertMatch(message, sentence);
      await socket.expectEnd();
    });
  }
  for (const length of [0, wireLimits.frameBytesMax + 1, 0x80000000, 0xffffffff]) {
    const before = frame(pings["the shortest encoding"]);
    // Bytes that go on coming would, unread, turn the end into a reset.
    const bytes = concat(before, frameHeader(length), new Uint8Array(200_000));
    await step(`ends the connection after a length of ${length}`, bytes, async (socket) => {
      assertEquals(await socket.reply(), [1, payloadMsgid, null, "pong"]);
      await socket.expectEnd();
    });
  }
  await step("ignores a notification", frame(notification), async (socket) => {
    assertEquals(await socket.ask("Ping"), "pong");
  });
}

/** `[2, "Ping", []]` */
const notification = concat(0x93, 2, 0xa4, new TextEncoder().encode("Ping"), 0x90);
