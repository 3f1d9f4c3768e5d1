import { wireLimits, withLimits } from "../../limits.ts";
import {
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertThrows,
  msgpackEncode,
} from "../deps.ts";
import { FrameError, realEnvironment, type Reply, RpcServer, tcpTransport } from "../../rpc/mod.ts";
import { checkBadInput, whilePinged } from "../support/rpc/bad_input.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { execute, startServer, type TestServer } from "./rpc_server.ts";
import { concat, frame, frameHeader, frameOf, requestFrame } from "../support/rpc/wire.ts";
import { sleep } from "../support/until.ts";

/** Resolves when the server has only so many connections left. */
async function untilConnections({ server }: TestServer, count: number): Promise<void> {
  while (server.connections > count) await sleep(0);
}

Deno.test("RpcServer harms nobody when bad input comes", async (t) => {
  await using served = startServer();
  await checkBadInput(t, served.address);
});

Deno.test("RpcServer reports the fault when it ends a connection", async () => {
  await using served = startServer();
  for (const bytes of [frameHeader(0), frameOf(null), frameOf([0, 1, "Ping"])]) {
    using socket = await RawSocket.connect(served.address);
    await socket.send(bytes);
    while (await socket.frame() !== null);
  }
  assertEquals(served.faults.length, 3);
  assertInstanceOf(served.faults[0], FrameError);
});

Deno.test("RpcServer answers a request of the greatest length when it comes in pieces", async () => {
  await using served = startServer();
  using socket = await RawSocket.connect(served.address);
  const overhead = msgpackEncode([0, 1, "Ping", [new Uint8Array(100_000)]]).length - 100_000;
  const params = [new Uint8Array(wireLimits.frameBytesMax - overhead)];
  const request = requestFrame(1, "Ping", params);
  assertEquals(request.length, 4 + wireLimits.frameBytesMax);
  await whilePinged(served.address, async () => {
    await socket.send(request);
    assertEquals(await socket.reply(), [1, 1, null, "pong"]);
  });
});

Deno.test("RpcServer answers when frames come byte by byte", async () => {
  await using served = startServer();
  using socket = await RawSocket.connect(served.address);
  const frames = concat(requestFrame(1, "Echo", ["a"]), requestFrame(2, "Echo", ["b"]));
  await whilePinged(served.address, async () => {
    for (const byte of frames) await socket.send(new Uint8Array([byte]));
    assertEquals(await socket.reply(), [1, 1, null, "a"]);
    assertEquals(await socket.reply(), [1, 2, null, "b"]);
  });
});

Deno.test("RpcServer forgets a connection when it ends inside a frame", async () => {
  await using served = startServer();
  const whole = requestFrame(1, "Echo", ["abc"]);
  await whilePinged(served.address, async () => {
    for (let length = 0; length < whole.length; length++) {
      using socket = await RawSocket.connect(served.address);
      await socket.send(whole.subarray(0, length));
    }
  });
  await untilConnections(served, 0);
});

Deno.test("RpcServer serves on when 1,000 connections are opened and dropped", async () => {
  await using served = startServer();
  await whilePinged(served.address, async () => {
    for (let i = 0; i < 10; i++) {
      const opening = Array.from({ length: 100 }, () => RawSocket.connect(served.address));
      for (const socket of await Promise.all(opening)) {
        if (i % 2 === 0) await socket.send(new Uint8Array([0, 0]));
        socket[Symbol.dispose]();
      }
    }
  });
  await untilConnections(served, 0);
});

Deno.test("RpcServer sends every reply when the client ends its side after 10,000 requests", async () => {
  await using served = startServer();
  using socket = await RawSocket.connect(served.address);
  const count = 10_000;
  const requests = Array.from({ length: count }, (_, i) => requestFrame(i, "Echo", [`echo ${i}`]));
  const sending = socket.send(concat(...requests)).then(() => socket.closeWrite());
  for (let i = 0; i < count; i++) assertEquals(await socket.reply(), [1, i, null, `echo ${i}`]);
  await socket.expectEnd();
  await sending;
  assertEquals(served.faults, []);
});

Deno.test("RpcServer executes no further when a client does not read, and closes all the same", async () => {
  let answered = 0;
  await using served = startServer({
    execute(frames) {
      const reply = execute(frames);
      answered += reply.replies.length;
      return reply;
    },
  });
  using socket = await RawSocket.connect(served.address);
  const request = requestFrame(1, "Long", [1_000_000]);
  // 200 MB are asked for: what the kernel's buffers hold is answered, and no more.
  await socket.send(concat(...Array.from({ length: 200 }, () => request)));
  using other = await RawSocket.connect(served.address);
  for (let i = 0; i < 200; i++) await other.ask("Ping");
  assertLess(answered, 50_000_000);
  await served.server.close();
});

Deno.test("RpcServer ends one connection when its execution fails, and reports why", async () => {
  const failure = new Error("no actor is left");
  await using served = startServer({
    execute: (frames): Promise<Reply> | Reply =>
      frames.length > 100 ? Promise.reject(failure) : execute(frames),
  });
  await whilePinged(served.address, async () => {
    using socket = await RawSocket.connect(served.address);
    await socket.send(requestFrame(1, "Echo", ["x".repeat(100)]));
    await socket.expectEnd();
  });
  assertEquals(served.faults, [failure]);
});

Deno.test("RpcServer frees its port and ends its connections when it is closed", async () => {
  const served = startServer();
  using idle = await RawSocket.connect(served.address);
  using halfway = await RawSocket.connect(served.address);
  assertEquals(await idle.ask("Ping"), "pong");
  await halfway.send(frame([1, 2, 3]).subarray(0, 5));
  await served.server.close();
  const port = Number(served.address.split(":")[1]);
  await using again = startServer({ port });
  assertEquals(again.address, served.address);
  await idle.expectEnd();
  await served.server.close();
});

Deno.test("RpcServer reports no fault when it is itself closed in the middle of an execution", async () => {
  const { promise: executing, resolve: onExecuting } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const served = startServer({
    async execute(frames) {
      onExecuting();
      await released;
      return execute(frames);
    },
  });
  using socket = await RawSocket.connect(served.address);
  await socket.send(requestFrame(1, "Ping", []));
  await executing;
  const closing = served.server.close();
  release();
  await closing;
  assertEquals(served.faults, []);
});

Deno.test("RpcServer throws when its port is taken", async () => {
  await using served = startServer();
  const port = Number(served.address.split(":")[1]);
  assertThrows(() => startServer({ port }), Deno.errors.AddrInUse);
});

Deno.test("RpcServer has as many connections wait as its limits say", async () => {
  let backlog: number | undefined;
  const server = new RpcServer({
    transport: {
      ...tcpTransport,
      listen: (hostname, port, wanted) => tcpTransport.listen(hostname, port, backlog = wanted),
    },
    environment: { ...realEnvironment, limits: withLimits({ listenBacklog: 77 }) },
    hostname: "127.0.0.1",
    port: 0,
    serve: () => ({ execute }),
  });
  await server.close();
  assertEquals(backlog, 77);
});
