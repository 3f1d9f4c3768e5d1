import type { HttpPort } from "../../http/mod.ts";
import { accessLimits } from "../../limits.ts";
import { parseAddress, tcpTransport } from "../../rpc/mod.ts";
import { newToken } from "../../access/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assert, assertEquals, assertMatch } from "../deps.ts";
import { openHttpPort } from "../support/http_port.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { requestFrame } from "../support/rpc/wire.ts";
import { makeToken } from "../support/tokens.ts";

const admin = makeToken("admin");
const encoder = new TextEncoder();

/** Sends bytes on a connection of their own. @returns what is answered, and whether the connection ends then. */
async function answerTo(address: string, bytes: Uint8Array) {
  using conn = await Deno.connect(parseAddress(address));
  await conn.write(bytes);
  const into = new Uint8Array(4_096);
  const text = new TextDecoder("latin1").decode(into.subarray(0, await conn.read(into) ?? 0));
  return text;
}

/** How each door is shown a token. */
const doors: Record<
  string,
  { port: "query" | "system" | "http"; show(token: string): Uint8Array }
> = {
  "frames": { port: "query", show: (token) => requestFrame(1, "Auth", [token]) },
  "the Redis protocol": { port: "query", show: (token) => encoder.encode(`AUTH ${token}\r\n`) },
  "the system port": { port: "system", show: (token) => requestFrame(1, "Auth", [token]) },
  "Hello": {
    port: "system",
    show: (token) => {
      const options = { cluster: "cmud", token };
      const claim = [1, "127.0.0.1:1", "1".repeat(16), null, options];
      return requestFrame(1, "Hello", claim);
    },
  },
  "HTTP": {
    port: "http",
    show: (token) =>
      encoder.encode(
        `GET /api/stats HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`,
      ),
  },
};

for (const [door, { port, show }] of Object.entries(doors)) {
  Deno.test(`who connects anew for each guess is turned away by ${door}, and nobody else`, async () => {
    const log = new MemoryLog();
    let http = undefined as HttpPort | undefined;
    const server = await Server.start({
      startPort: 0,
      queryActorCount: 1,
      tokens: [admin.entry],
      log,
      async beforeStart(environment, access) {
        http = await openHttpPort({ environment, access, log, transport: tcpTransport });
      },
    });
    http!.show(server);
    const addresses = {
      query: server.queryAddresses[0],
      system: server.address,
      http: http!.address,
    };
    const ask = (token: string) => answerTo(addresses[port], show(token));
    const isTurnedAway = (text: string) => /from this address|after too many wrong/.test(text);
    try {
      const before = await ask(admin.token);
      let guesses = 0;
      while (!isTurnedAway(await ask(newToken()))) {
        assert(++guesses <= accessLimits.wrongTokensFromAddressMax, "it guesses for ever");
      }
      assert(isTurnedAway(await ask(newToken())));
      const now = await ask(admin.token);
      assert(!isTurnedAway(now), "one who was in is shut out");
      if (port !== "http") assertEquals(now, before);
      const { wrong, unheard } = server.measurements().tokens;
      assert(wrong >= accessLimits.wrongTokensFromAddressMax && unheard >= 1);
      const lines = log.lines.filter((line) => line.includes("wrong tokens"));
      assert(lines.length > 0);
      for (const line of lines) assertMatch(line, /127\.0\.0\.1 /);
    } finally {
      await http!.close();
      await server.close();
    }
  });
}
