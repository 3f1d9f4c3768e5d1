import { defaultLimits } from "../../limits.ts";
import {
  answerFrames,
  deferred,
  type FrameExecutor,
  MsgpackReader,
  MsgpackWriter,
  type RpcServerOptions,
  type SendDeferred,
} from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { startServer } from "./rpc_server.ts";
import { concat, frameOf, requestFrame } from "../support/rpc/wire.ts";
import { sleep } from "../support/until.ts";

/** Answers `Now []` at once, and `Later []` when it is told to. */
class DeferringExecutor implements FrameExecutor {
  /** Requests that are not answered yet. */
  readonly waiting: number[] = [];
  executed = 0;
  #sendDeferred: SendDeferred;

  constructor(sendDeferred: SendDeferred) {
    this.#sendDeferred = sendDeferred;
  }

  execute(frames: Uint8Array) {
    const writer = new MsgpackWriter();
    let count = 0;
    const answer = answerFrames(frames, new MsgpackReader(new Uint8Array()), writer, {
      request: (request, reader, writer) => {
        this.executed++;
        // What was written before is taken back.
        writer.str(request.method(reader));
        if (request.method(reader) === "Now") return;
        this.waiting.push(request.msgid!);
        count++;
        return deferred;
      },
      bug(error) {
        throw error;
      },
    });
    return { ...answer, replies: writer.written(), deferred: count };
  }

  /** Answers the first `count` that wait. */
  release(count: number): void {
    const replies = this.waiting.splice(0, count).map((msgid) => frameOf([1, msgid, null, "late"]));
    this.#sendDeferred(concat(...replies), replies.length);
  }
}

function startDeferringServer(options: Partial<RpcServerOptions> = {}) {
  const executors: DeferringExecutor[] = [];
  const served = startServer({
    ...options,
    serve(sendDeferred) {
      executors.push(new DeferringExecutor(sendDeferred));
      return executors.at(-1)!;
    },
  });
  return { served, executors };
}

/** The same in memory, and the network to reach it. */
function startInMemory(world: SimulatedWorld) {
  const network = new MemoryNetwork(world);
  const environment = world.environment();
  const address = { hostname: "server", port: 6001 };
  return { network, ...startDeferringServer({ transport: network, environment, ...address }) };
}

/** Resolves when it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(1);
}

Deno.test("RpcServer answers what comes behind a request whose reply is deferred", async () => {
  const { served, executors } = startDeferringServer();
  await using _served = served;
  using socket = await RawSocket.connect(served.address);
  await socket.send(concat(requestFrame(1, "Later", []), requestFrame(2, "Now", [])));
  assertEquals(await socket.reply(), [1, 2, null, "Now"]);
  await socket.send(requestFrame(3, "Now", []));
  assertEquals(await socket.reply(), [1, 3, null, "Now"]);
  executors[0].release(1);
  assertEquals(await socket.reply(), [1, 1, null, "late"]);
});

testInWorld("RpcServer executes no more while too many replies are deferred", async (world) => {
  const { served, executors, network } = startInMemory(world);
  const client = await world.complete(network.connect(served.address));
  const requests = Array.from(
    { length: defaultLimits.deferredRepliesMax + 1 },
    (_, i) => requestFrame(i, "Later", []),
  );
  await world.complete(client.write(concat(...requests)));
  await world.advance(1_000);
  await world.complete(client.write(requestFrame(9999, "Now", [])));
  await world.advance(60_000);
  const [executor] = executors;
  assertEquals(executor.executed, defaultLimits.deferredRepliesMax + 1);
  executor.release(1);
  await world.advance(1_000);
  assertEquals(executor.executed, defaultLimits.deferredRepliesMax + 2);
  client.close();
  await world.complete(served.server.close());
});

Deno.test("RpcServer sends deferred replies before it ends a connection that the client ended", async () => {
  const { served, executors } = startDeferringServer();
  await using _served = served;
  using socket = await RawSocket.connect(served.address);
  await socket.send(concat(requestFrame(1, "Later", []), requestFrame(2, "Now", [])));
  await socket.closeWrite();
  assertEquals(await socket.reply(), [1, 2, null, "Now"]);
  executors[0].release(1);
  assertEquals(await socket.reply(), [1, 1, null, "late"]);
  assertEquals(await socket.frame(), null);
});

for (const end of ["has ended", "goes on with"]) {
  testInWorld(
    `RpcServer.close() waits for no deferred reply when the client ${end} its requests`,
    async (world) => {
      const { served, executors, network } = startInMemory(world);
      const client = await world.complete(network.connect(served.address));
      await client.write(concat(requestFrame(1, "Later", []), requestFrame(2, "Now", [])));
      if (end === "has ended") await client.closeWrite();
      await world.advance(0);
      assertEquals(executors[0].waiting, [1]);
      await world.complete(served.server.close());
      assertEquals([served.faults, world.nowMs], [[], 0]);
      client.close();
    },
  );
}

Deno.test("RpcServer forgets a deferred reply to a connection that is gone", async () => {
  const { served, executors } = startDeferringServer();
  await using _served = served;
  {
    using socket = await RawSocket.connect(served.address);
    await socket.send(requestFrame(1, "Later", []));
    await until(() => executors[0]?.waiting.length === 1);
  }
  executors[0].release(1);
  await until(() => served.server.connections === 0);
});
