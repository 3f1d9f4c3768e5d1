import { Access } from "../../access/mod.ts";
import type { HttpPortOptions, Shown } from "../../http/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "../deps.ts";
import { openHttpPort } from "../support/http_port.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { freePorts } from "../support/ports.ts";
import { makeToken } from "../support/tokens.ts";
import { shownServer } from "./shown_stats.ts";

/** Opens a port that shows `shown`, for as long as `use` takes. */
async function withPort(
  shown: Shown,
  use: (address: string) => Promise<void>,
  more: Partial<HttpPortOptions> = {},
): Promise<void> {
  const http = await openHttpPort(more);
  try {
    http.show(shown);
    await use(http.address);
  } finally {
    await http.close();
  }
}

/** Sends a request as it is, but as the last one, and reads until the other side ends the connection. */
async function exchange(address: string, text: string): Promise<string> {
  const [hostname, port] = address.split(":");
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const writer = connection.writable.getWriter();
  await writer.write(new TextEncoder().encode(text.replace("\r\n", "\r\nConnection: close\r\n")));
  writer.releaseLock();
  return await new Response(connection.readable).text();
}

const running = shownServer();

async function get(address: string, path: string): Promise<[number, string]> {
  const response = await fetch(`http://${address}${path}`);
  return [response.status, await response.text()];
}

Deno.test("a running server shows health, readiness, its figures and its metrics", async () => {
  const server = await Server.start({ startPort: 0, queryActorCount: 1 });
  await withPort(server, async (address) => {
    assertEquals(await get(address, "/healthz"), [200, "ok\n"]);
    assertEquals(await get(address, "/readyz"), [200, "ready\n"]);
    const [, stats] = await get(address, "/api/stats");
    assertEquals(JSON.parse(stats), { ...server.stats() });
    const [, members] = await get(address, "/api/members");
    assertEquals(JSON.parse(members).length, 1);
    const [{ state, address: system }] = JSON.parse(members);
    assertEquals([state, system], ["self", server.address]);
    const response = await fetch(`http://${address}/metrics?unused=1`);
    assertEquals(
      [response.status, response.headers.get("content-type")],
      [200, "text/plain; version=0.0.4; charset=utf-8"],
    );
    const { memoryMaxBytes } = server.stats();
    assertStringIncludes(await response.text(), `\ncmud_memory_max_bytes ${memoryMaxBytes}\n`);
  });
  await server.close();
});

Deno.test("/readyz is 503 and says why, /healthz is 200, until a server has its state and a disk that writes", async () => {
  const shows = shownServer;
  const cases: [Shown, number, RegExp][] = [
    ["starting", 503, /^The server is starting\n$/],
    [shows({ ready: false }), 503, /^The server is taking over the state of other servers\n$/],
    [shows({ disk: "refusing" }), 503, /^The disk refuses to be written, so Puts are refused\n$/],
    [shows({ disk: "ok" }), 200, /^ready\n$/],
    ["stopping", 503, /^The server is stopping\n$/],
  ];
  for (const [shown, status, said] of cases) {
    await withPort(shown, async (address) => {
      const [found, text] = await get(address, "/readyz");
      assertEquals(found, status, text);
      assertMatch(text, said);
      assertEquals(await get(address, "/healthz"), [200, "ok\n"]);
      const hasStats = typeof shown !== "string";
      assertEquals((await get(address, "/api/stats"))[0], hasStats ? 200 : 503);
      assertEquals((await get(address, "/api/members"))[0], hasStats ? 200 : 503);
      assertEquals((await get(address, "/metrics"))[0], 200);
    });
  }
});

Deno.test("every answer forbids to be kept, guessed, framed, run or read by other sites", () =>
  withPort(running, async (address) => {
    for (
      const path of [
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/stats",
        "/api/members",
        "/",
        "/nothing",
      ]
    ) {
      const { headers, body } = await fetch(`http://${address}${path}`);
      await body?.cancel();
      assertEquals(headers.get("cache-control"), "no-store", path);
      assertEquals(headers.get("x-content-type-options"), "nosniff", path);
      assertMatch(headers.get("content-security-policy")!, /^default-src 'none';/, path);
      assertMatch(headers.get("content-security-policy")!, /frame-ancestors 'none'/, path);
      assertEquals(headers.get("cross-origin-resource-policy"), "same-origin", path);
      assertEquals(headers.get("referrer-policy"), "no-referrer", path);
      assertEquals(headers.get("access-control-allow-origin"), null, path);
    }
  }));

Deno.test("HEAD gets the head of what GET gets", () =>
  withPort(running, async (address) => {
    for (const [path, status] of [["/metrics", "200"], ["/nothing", "404"]]) {
      const request = `${path} HTTP/1.1\r\nHost: ${address}\r\n\r\n`;
      const [head, body] = (await exchange(address, `HEAD ${request}`)).split("\r\n\r\n");
      const [expected] = (await exchange(address, `GET ${request}`)).split("\r\n\r\n");
      const lines = (head: string) =>
        head.split("\r\n").filter((line) => !/^(date|vary):/i.test(line));
      assertMatch(head, new RegExp(`^HTTP/1.1 ${status} `));
      assertEquals([body, lines(head)], ["", lines(expected)]);
    }
  }));

Deno.test("what is refused is told in plain words", () =>
  withPort(running, async (address) => {
    const asked = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`http://${address}${path}`, init);
      assertEquals(response.headers.get("content-type"), "text/plain; charset=utf-8");
      return [response.status, await response.text(), response.headers.get("allow")];
    };
    assertEquals(await asked("/"), [
      404,
      "Nothing is here: there are /healthz, /readyz, /metrics, /api/stats, /api/members, /api/live, /rpc\n",
      null,
    ]);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
      assertEquals(await asked("/metrics", { method }), [
        405,
        `Cannot ${method} this: allowed are GET, HEAD\n`,
        "GET, HEAD",
      ]);
    }
    assertEquals((await asked("/nothing", { method: "POST", body: "x" }))[0], 404);
    assertEquals((await asked(`/${"a".repeat(2_000)}`))[0], 414);
  }));

Deno.test("a request for another host, or with a body, or that is none, is refused", () =>
  withPort(running, async (address) => {
    const cases: [string, number][] = [
      ["GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n", 200],
      ["GET /readyz HTTP/1.1\r\nHost: [::1]:1\r\n\r\n", 200],
      ["GET /readyz HTTP/1.0\r\n\r\n", 200],
      ["GET /readyz HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421],
      ["GET /readyz HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n", 421],
      ["GET http://evil.example/readyz HTTP/1.1\r\nHost: localhost\r\n\r\n", 421],
      ["GET /readyz HTTP/1.1\r\nHost: a b\r\n\r\n", 400],
      ["GET /readyz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", 413],
      [
        "GET /readyz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        413,
      ],
      ["nonsense\r\n\r\n", 400],
    ];
    for (const [text, status] of cases) {
      assertMatch(await exchange(address, text), new RegExp(`^HTTP/1.[01] ${status} `), text);
    }
    // And others are answered as ever.
    assertEquals(await get(address, "/readyz"), [200, "ready\n"]);
  }));

Deno.test("a port that closes ends connections that wait, and is free then", async () => {
  const http = await openHttpPort();
  const answer = exchange(http.address, "GET /healthz HT");
  await get(http.address, "/healthz");
  await http.close();
  assertEquals(await answer.catch(() => ""), "");
  await (await openHttpPort({ address: http.address })).close();
});

Deno.test("HttpPort.open() says which port cannot be bound", async () => {
  const address = `127.0.0.1:${freePorts(1)}`;
  const first = await openHttpPort({ address });
  const error = await assertRejects(() => openHttpPort({ address }), Error);
  assertMatch((error as Error).message, /^Cannot listen on .* for HTTP: .*in use/i);
  await first.close();
});

Deno.test("with tokens, health is for everybody, and figures for those who show one", async () => {
  const roles = (["read", "write", "admin", "peer"] as const).map((role) => makeToken(role));
  const limited = makeToken("read", ["ada:"], "ada");
  const access = new Access([...roles, limited].map(({ entry }) => entry), realEnvironment);
  await withPort(running, async (address) => {
    const status = async (path: string, authorization?: string) => {
      const headers = authorization === undefined ? undefined : { authorization };
      const response = await fetch(`http://${address}${path}`, { headers });
      const isEndless = response.headers.get("content-type") === "text/event-stream";
      if (isEndless) await response.body!.cancel();
      const text = isEndless ? "" : await response.text();
      assertEquals(text.includes("cmud_") && response.status !== 200, false, text);
      const asks = response.headers.get("www-authenticate");
      assertEquals(asks, response.status === 401 ? "Bearer" : null);
      return response.status;
    };
    for (const path of ["/healthz", "/readyz"]) assertEquals(await status(path), 200);
    for (const path of ["/metrics", "/api/stats", "/api/members", "/api/live"]) {
      assertEquals(await status(path), 401);
      assertEquals(await status(path, "Basic YTpi"), 401);
      const shown = [...roles, limited].map(({ token }) => status(path, `Bearer ${token}`));
      // What is about all keys is not for a token that is limited to some.
      const limitedStatus = path === "/metrics" ? 403 : 200;
      assertEquals(await Promise.all(shown), [200, 200, 200, 403, limitedStatus], path);
      // What one request has shown counts for no other one of its connection.
      assertEquals(await status(path), 401);
    }
  }, { access });
});

Deno.test("three wrong tokens end a connection over HTTP, and are logged once", async () => {
  const log = new MemoryLog();
  const access = new Access([makeToken("read").entry], realEnvironment);
  await withPort(running, async (address) => {
    const request =
      `GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer guess\r\n\r\n`;
    const [hostname, port] = address.split(":");
    const connection = await Deno.connect({ hostname, port: Number(port) });
    const writer = connection.writable.getWriter();
    await writer.write(new TextEncoder().encode(request.repeat(5)));
    writer.releaseLock();
    const text = await new Response(connection.readable).text();
    assertEquals(text.match(/HTTP\/1\.1 401/g)?.length, 3);
  }, { access, log });
  assertEquals(log.lines.filter((line) => line.includes("wrong tokens")).length, 1);
});
