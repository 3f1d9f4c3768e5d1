import { inTime } from "../../support/in_time.ts";
import { sleep } from "../../support/until.ts";
import { msgpackDecode } from "../../deps.ts";
import { frameOf } from "../../support/rpc/wire.ts";
import type { Prng } from "../../../simulate/world/prng.ts";
import { attempt } from "./attempt.ts";
import { hostileMessage, oneOf } from "./hostile_bytes.ts";

/** How a fake peer greets who dials it. */
export const helloManners = [
  ...["greets", "greets", "greets", "greets slowly", "says it is another life"],
  ...["refuses with control characters", "answers with garbage", "answers nothing", "hangs up"],
  "reads nothing",
] as const;

/** What it sends back for what it is told. */
export const noticeManners = [
  ...["acknowledges", "acknowledges", "acknowledges nothing", "acknowledges too much"],
  ...["sends mutated notices", "refuses with control characters", "floods with Pings"],
  ...["sends garbage", "sends half a frame", "hangs up", "reads a byte a second"],
] as const;

/** What it says that it is. */
export const describeManners = [
  ...["describes itself", "describes another", "is unavailable", "is empty", "is no description"],
  ...["is mutated", "is garbage", "is huge", "answers nothing", "hangs up"],
] as const;

/** All that a fake peer does of its own accord. */
export interface PeerManners {
  readonly hello: typeof helloManners[number];
  readonly notices: typeof noticeManners[number];
  readonly describe: typeof describeManners[number];
}

/** What a terminal would obey, a line that looks like one of the log, and far too much of it. */
const forged = `\x1b[2J\r\n2026-01-01T00:00:00.000Z error forged \u202e${"x".repeat(100_000)}`;

/** How long one waits behind each byte that reads slowly. */
const byteMs = 1_000;

/** Listens as the system port of a server, greets, and is a peer as it should not be. */
export class FakePeer implements AsyncDisposable {
  readonly address: string;
  readonly incarnation: string;
  /** May be changed: what holds from then on. */
  manners: PeerManners;
  #listener: Deno.TcpListener;
  #prng: Prng;
  #conns = new Set<Deno.TcpConn>();
  #serving: Promise<void>;
  #closed = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(manners: PeerManners, prng: Prng) {
    this.manners = manners;
    this.#prng = prng;
    this.incarnation = prng.hex64();
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.address = `127.0.0.1:${this.#listener.addr.port}`;
    this.#serving = this.#serve();
  }

  /** Its sync actor, as its messages name it. */
  get ref() {
    return { address: this.address, incarnation: this.incarnation, counter: 1 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#closed.resolve();
    this.#listener.close();
    for (const conn of this.#conns) close(conn);
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const all: Promise<void>[] = [];
    for await (const conn of this.#listener) {
      // One that was accepted while this closed; or more than a server has a use for.
      if (this.#isClosed || this.#conns.size >= 64) {
        close(conn);
        continue;
      }
      this.#conns.add(conn);
      all.push(
        attempt(() => this.#follow(conn)).finally(() => {
          this.#conns.delete(conn);
          close(conn);
        }),
      );
    }
    await Promise.all(all);
  }

  async #follow(conn: Deno.TcpConn): Promise<void> {
    if (this.manners.hello === "reads nothing") return await this.#closed.promise;
    let held = new Uint8Array();
    let tells = 0;
    let isGreeted = false;
    const chunk = new Uint8Array(65_536);
    for (;;) {
      const isSlow = isGreeted && this.manners.notices === "reads a byte a second";
      if (isSlow) await inTime(this.#closed.promise, byteMs, () => {});
      const count = await conn.read(isSlow ? chunk.subarray(0, 1) : chunk);
      if (count === null) break;
      const bytes = new Uint8Array(held.length + count);
      bytes.set(held);
      bytes.set(chunk.subarray(0, count), held.length);
      let at = 0;
      while (bytes.length - at >= 4) {
        const end = at + 4 + new DataView(bytes.buffer).getUint32(at);
        if (end > bytes.length) break;
        const [type, msgid, method] = msgpackDecode(bytes.subarray(at + 4, end)) as unknown[];
        if (type === 0 && method === "Hello") {
          await this.#greet(conn, msgid as number);
          isGreeted = true;
        } else if (type === 0) await this.#describe(conn, msgid as number);
        else if (msgid === "Tell") await this.#notice(conn, ++tells);
        at = end;
      }
      held = bytes.subarray(at);
    }
  }

  async #greet(conn: Deno.TcpConn, msgid: number): Promise<void> {
    switch (this.manners.hello) {
      case "greets slowly":
        await sleep(1_500);
        return await send(conn, frameOf([1, msgid, null, null]));
      case "says it is another life":
        return await send(conn, frameOf([1, msgid, ["unavailable", forged], null]));
      case "refuses with control characters":
        return await send(conn, frameOf([1, msgid, ["bad_request", forged], null]));
      case "answers with garbage":
        return await send(conn, hostileMessage([1, msgid, null, null], this.#prng));
      case "answers nothing":
        return;
      case "hangs up":
        return close(conn);
      default:
        return await send(conn, frameOf([1, msgid, null, null]));
    }
  }

  async #describe(conn: Deno.TcpConn, msgid: number): Promise<void> {
    const { address, incarnation } = this;
    const description = { cmud: 1, address, incarnation, syncActor: 1, queryAddresses: [] };
    const answer = (result: unknown) => send(conn, frameOf([1, msgid, null, result]));
    switch (this.manners.describe) {
      case "describes another":
        return await answer(JSON.stringify({ ...description, address: "127.0.0.1:1" }));
      case "is unavailable":
        return await send(conn, frameOf([1, msgid, ["unavailable", forged], null]));
      case "is empty":
        return await answer("");
      case "is no description":
        return await answer(
          oneOf(this.#prng, [null, 7, forged, "{", "[]", "null", '{"cmud":2}', {}]),
        );
      case "is mutated": {
        const fields: Record<string, unknown> = { ...description };
        fields[oneOf(this.#prng, Object.keys(fields))] = oneOf<unknown>(this.#prng, [
          ...[null, -1, 0.5, 1e300, "", forged, "\x1b[2J", [], {}, "::1", "127.0.0.1:0", "h:65536"],
        ]);
        return await answer(JSON.stringify(fields));
      }
      case "is garbage":
        return await send(
          conn,
          hostileMessage([1, msgid, null, JSON.stringify(description)], this.#prng),
        );
      case "is huge":
        return await answer(JSON.stringify({ ...description, more: "x".repeat(10_000_000) }));
      case "answers nothing":
        return;
      case "hangs up":
        return close(conn);
      default:
        return await answer(JSON.stringify(description));
    }
  }

  async #notice(conn: Deno.TcpConn, tells: number): Promise<void> {
    const ack = (count: unknown) => frameOf([2, "Ack", [count]]);
    switch (this.manners.notices) {
      case "acknowledges":
        return await send(conn, ack(tells));
      case "acknowledges nothing":
        return;
      case "acknowledges too much":
        return await send(
          conn,
          ack(oneOf<unknown>(this.#prng, [tells + 1_000, -1, 2 ** 53, "1", null])),
        );
      case "sends mutated notices":
        return await send(
          conn,
          hostileMessage(
            oneOf(this.#prng, [[2, "Ack", [tells]], [2, "Ping", []], [2, "Refused", ["no"]]]),
            this.#prng,
          ),
        );
      case "refuses with control characters":
        return await send(conn, frameOf([2, "Refused", [forged]]));
      case "floods with Pings": {
        const ping = frameOf([2, "Ping", []]);
        const pings = new Uint8Array(ping.length * 2_000);
        for (let at = 0; at < pings.length; at += ping.length) pings.set(ping, at);
        return await send(conn, pings);
      }
      case "sends garbage":
        return await send(conn, new Uint8Array(1_000).map(() => this.#prng.below(256)));
      case "sends half a frame":
        return await send(conn, new Uint8Array([0, 255, 0, 0, 0x93]));
      case "hangs up":
        return close(conn);
    }
  }
}

async function send(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await conn.write(rest));
}

function close(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch (error) {
    // It is closed already.
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
