import { DenoListener } from "../../rpc/deno_stream.ts";
import { nodeTcpDialer } from "../../rpc/node_tcp.ts";
import {
  type ByteStream,
  type Dialer,
  formatAddress,
  parseAddress,
  tcpTransport,
} from "../../rpc/mod.ts";
import { assertEquals, assertRejects, assertThrows } from "../deps.ts";

const addresses: [string, { hostname: string; port: number }][] = [
  ["127.0.0.1:6001", { hostname: "127.0.0.1", port: 6001 }],
  ["localhost:0", { hostname: "localhost", port: 0 }],
  ["a-b.example.com:65535", { hostname: "a-b.example.com", port: 65535 }],
  ["[::1]:80", { hostname: "::1", port: 80 }],
];

for (const [address, parts] of addresses) {
  Deno.test(`parseAddress() and formatAddress() are inverse when given ${address}`, () => {
    assertEquals(parseAddress(address), parts);
    assertEquals(formatAddress(parts), address);
  });
}

Deno.test("parseAddress() throws TypeError when the address is not of its form", () => {
  const wrong = [
    ...["", ":", "host", "host:", ":80", "host:port", "host:65536", "host:-1", "host:1.5"],
    ...[
      "host:123456",
      "::1:80",
      "[::1]",
      "[::1]:",
      "[]:80",
      "a b:80",
      "http://host:80",
      "host:80/",
    ],
    ...["host:80\n", " host:80", "user@[::1]:80"],
  ];
  for (const address of wrong) assertThrows(() => parseAddress(address), TypeError, "Cannot use");
});

/** Both ends of a connection. */
async function connected(dialer: Dialer): Promise<[client: ByteStream, server: ByteStream]> {
  const listener = tcpTransport.listen("127.0.0.1", 0);
  const client = await dialer.connect(listener.address);
  const server = await listener.accept();
  listener.close();
  return [client, server!];
}

/**
 * The `node:net` of the oldest supported Deno does not settle what is pending on a socket that is
 * destroyed, nor tell of its end; Node's does, and so does that of a newer Deno.
 */
const isFaithful = Number(Deno.version.deno.split(".")[1]) >= 9;
const dialers: Record<string, Dialer> = isFaithful
  ? { tcpTransport, nodeTcpDialer }
  : { tcpTransport };

for (const [name, dialer] of Object.entries(dialers)) {
  Deno.test(`${name} moves bytes both ways and ends in order when closed half by half`, async () => {
    const [client, server] = await connected(dialer);
    await client.write(new Uint8Array([1, 2, 3]));
    await client.closeWrite();
    const into = new Uint8Array(10);
    assertEquals(await server.read(into), 3);
    assertEquals(into.subarray(0, 3), new Uint8Array([1, 2, 3]));
    assertEquals(await server.read(into), null);
    await server.write(new Uint8Array([4]));
    assertEquals(await client.read(into), 1);
    for (const end of [client, server, client, server]) end.close();
  });

  Deno.test(`${name} writes all bytes when the reader is slower than the writer`, async () => {
    const [client, server] = await connected(dialer);
    const bytes = Uint8Array.from({ length: 5_000_000 }, (_, i) => i % 251);
    const writing = server.write(bytes).then(() => server.close());
    const into = new Uint8Array(100_000);
    let at = 0;
    for (let count = await client.read(into); count !== null; count = await client.read(into)) {
      assertEquals(into.subarray(0, count), bytes.subarray(at, at += count));
    }
    assertEquals(at, bytes.length);
    await writing;
    client.close();
  });

  Deno.test(`${name} settles a pending read and write when their end is closed`, async () => {
    const [client, server] = await connected(dialer);
    // More than the kernel's buffers hold, and nobody reads it.
    const writing = client.write(new Uint8Array(64_000_000));
    const reading = client.read(new Uint8Array(1));
    // Once some of it has come, the rest waits inside the platform.
    await server.read(new Uint8Array(1));
    client.close();
    const ends = await Promise.allSettled([writing, reading]);
    assertEquals(ends.map(({ status }) => status), ["rejected", "rejected"]);
    server.close();
  });

  Deno.test(`${name}.connect() rejects when nobody listens there`, async () => {
    const listener = tcpTransport.listen("127.0.0.1", 0);
    listener.close();
    await assertRejects(() => dialer.connect(listener.address), Error);
  });

  Deno.test(`${name}.connect() rejects with the signal's reason when that aborts`, async () => {
    // A port that accepts nobody: whether the connection is made before the abort does not matter.
    const listener = tcpTransport.listen("127.0.0.1", 0);
    const reason = new Error("no longer wanted");
    const error = await assertRejects(() =>
      dialer.connect(listener.address, AbortSignal.abort(reason))
    );
    assertEquals(error, reason);
    listener.close();
  });

  Deno.test(`${name} takes in what came before the other side was gone`, async () => {
    const [client, server] = await connected(dialer);
    await server.write(new Uint8Array([1, 2, 3]));
    server.close();
    const into = new Uint8Array(2);
    assertEquals([await client.read(into), into[0], into[1]], [2, 1, 2]);
    assertEquals([await client.read(into), into[0]], [1, 3]);
    assertEquals(await client.read(into), null);
    client.close();
  });
}

Deno.test("tcpTransport ends a waiting accept() with null when the listener is closed", async () => {
  const listener = tcpTransport.listen("127.0.0.1", 0);
  const accepting = listener.accept();
  listener.close();
  assertEquals(await accepting, null);
  assertEquals(await listener.accept(), null);
});

Deno.test("a port that is bound anew is there again, though there is no file descriptor for it at first", async () => {
  const addr: Deno.NetAddr = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
  const listenerOf = (accepted: Promise<unknown>) => {
    const closed = Promise.withResolvers<never>();
    const close = () => closed.reject(new Deno.errors.BadResource("closed"));
    const accept = () => Promise.race([accepted, closed.promise]) as Promise<Deno.TcpConn>;
    return { addr, accept, close };
  };
  const later = { peer: "later" } as ByteStream;
  const listener = new DenoListener(listenerOf(new Promise(() => {})), () => later);
  const accepted = listener.accept();
  let tries = 0;
  await listener.replace(() => {
    if (++tries < 4) throw Object.assign(new Error("too many open files"), { code: "EMFILE" });
    return listenerOf(Promise.resolve());
  });
  assertEquals([tries, await accepted], [4, later]);
  listener.close();
});
