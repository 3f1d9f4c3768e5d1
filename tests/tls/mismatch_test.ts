import type { HttpPort } from "../../http/mod.ts";
import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { ConnectionError, tcpTransport, type TlsSettings, TlsTransport } from "../../rpc/mod.ts";
import { assertEquals, assertMatch, assertRejects } from "../deps.ts";
import { openHttpPort } from "../support/http_port.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { requestFrame } from "../support/rpc/wire.ts";
import { settingsOf, trusting } from "./certificates.ts";
import { logged, speakPlainly, speakTls } from "./mismatch.ts";

// One end speaks TLS and the other one does not, at each door: both are told within a second, and nobody else
// notices.

const text = (lines: string) => new TextEncoder().encode(lines);

/** What comes first at each door, and where that is. */
const doors = {
  "the query ports": [requestFrame(1, "Ping", []), (server: Server) => server.queryAddresses[0]],
  "the query ports, as Redis": [
    text("*1\r\n$4\r\nPING\r\n"),
    (server: Server) => server.queryAddresses[0],
  ],
  "the system port": [requestFrame(1, "Ping", []), (server: Server) => server.address],
  "the HTTP port": [
    text("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    (_: Server, http: HttpPort) => http.address,
  ],
} as const;

/** Calls `use` with a server and its HTTP port, while a client of its own is served. */
async function withPorts(
  tls: TlsSettings | undefined,
  use: (server: Server, http: HttpPort, log: MemoryLog) => Promise<void>,
): Promise<void> {
  const log = new MemoryLog();
  const server = await Server.start({ startPort: 0, queryActorCount: 1, log, tls });
  const transport = tls === undefined ? tcpTransport : new TlsTransport(tls);
  const http = await openHttpPort({ transport, log });
  http.show(server);
  const witness = new Client(server.queryAddresses, { tls: tls && trusting });
  try {
    await witness.put("witness", "before");
    await use(server, http, log);
    assertEquals(await witness.get("witness"), "before");
  } finally {
    await witness.close();
    await http.close();
    await server.close();
  }
}

for (const [door, [first, addressOf]] of Object.entries(doors)) {
  const [port] = door.split(",");

  Deno.test(`who speaks no TLS at a port that does is told within a second: ${door}`, async () => {
    await withPorts(await settingsOf(), async (server, http, log) => {
      await speakPlainly(addressOf(server, http), first);
      await logged(log, port, "the other end speaks no TLS");
    });
  });

  Deno.test(`who speaks TLS at a port that does not is told within a second: ${door}`, () =>
    withPorts(undefined, async (server, http, log) => {
      await speakTls(addressOf(server, http));
      await logged(log, port, "the other end speaks TLS, and this port does not (--tls-cert)");
    }));
}

Deno.test("a client and a joining server say what is wrong, not only that the connection ended", async () => {
  const tls = await settingsOf();
  const start = { startPort: 0, queryActorCount: 1 };
  await withPorts(tls, async (server) => {
    await using client = new Client(server.queryAddresses[0], { retries: 0 });
    const asked = await assertRejects(() => client.get("key"), ConnectionError);
    assertMatch(asked.message, /the server speaks TLS, and was not asked in TLS \(--tls\)/);
    const join = [server.address];
    const joined = await assertRejects(() => Server.start({ ...start, join }), ConnectionError);
    assertMatch(joined.message, /the server speaks TLS/);
  });
  await withPorts(undefined, async (server) => {
    await using client = new Client(server.queryAddresses[0], { retries: 0, tls: trusting });
    const asked = await assertRejects(() => client.get("key"), ConnectionError);
    assertMatch(asked.message, /speaks? no TLS/);
    const join = [server.address];
    const joined = await assertRejects(
      () => Server.start({ ...start, tls, join }),
      ConnectionError,
    );
    assertMatch(joined.message, /speaks? no TLS/);
  });
});
