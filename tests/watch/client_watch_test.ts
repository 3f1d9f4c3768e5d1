import { Client, ConnectionError, RpcError, type WatchState } from "../../kvclient/mod.ts";
import { withLimits } from "../../limits.ts";
import { assertEquals, assertInstanceOf, assertLess } from "../deps.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { type ScriptedRequest, ScriptedServer } from "../support/scripted_server.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";
import { frameOf } from "../support/rpc/wire.ts";
import { rejectionOf } from "../support/outcomes.ts";

type Change = [key: string, value: string | null, version: number];

/** A server that says of its watches what the test says. */
class WatchedServer {
  readonly scripted: ScriptedServer;
  /** What is there when somebody begins to watch. */
  entries: Change[] = [];
  /** The last one that watches. */
  watcher: ScriptedRequest | undefined;
  /** How often somebody has begun to watch. */
  begun = 0;
  refusal: [code: string, message: string] | undefined;
  pings = 0;
  answersPings = true;
  /** Whether it comes to the end of what is there. */
  tellsAll = true;

  constructor(network: MemoryNetwork, hostname = "server") {
    this.scripted = new ScriptedServer(network, 6001, hostname);
    this.scripted.onRequest = (request) => {
      if (request.method === "Ping") {
        this.pings++;
        if (this.answersPings) this.scripted.reply(request, "pong");
        return;
      }
      if (this.refusal !== undefined) return this.scripted.refuse(request, ...this.refusal);
      this.begun++;
      assertEquals([request.method, request.params], ["Watch", ["p", { initial: true }]]);
      this.watcher = request;
      this.scripted.reply(request, 5);
      if (this.entries.length > 0) this.tell(...this.entries);
      if (this.tellsAll) this.scripted.send(request, [2, "Initial", [5]]);
    };
  }

  tell(...changes: Change[]): void {
    const list = changes.map(([key, value, version]) => [key, value, new Uint8Array([version])]);
    this.scripted.send(this.watcher!, [2, "Changed", [5, list]]);
  }
}

/** What a watch of a client tells: changes, and what becomes of it. */
class Told {
  readonly told: (Change | WatchState["type"])[] = [];
  error: unknown;
  /** Whether it takes what comes. */
  takes = true;
  goOn = () => {};
  readonly done: Promise<void>;

  constructor(client: Client, options: { initial?: boolean; signal?: AbortSignal } = {}) {
    const onState = ({ type }: WatchState) => void this.told.push(type);
    const changes = client.watch("p", { ...options, onState });
    this.done = this.#take(changes).catch((error) => void (this.error = error));
  }

  async #take(changes: ReturnType<Client["watch"]>): Promise<void> {
    for await (const { key, value, version } of changes) {
      this.told.push([key, value as string ?? null, version[0]]);
      if (!this.takes) await new Promise<void>((resolve) => this.goOn = resolve);
    }
  }

  take(): (Change | WatchState["type"])[] {
    return this.told.splice(0);
  }
}

function start(world: SimulatedWorld, hosts = ["server"], limits = {}) {
  const transport = new MemoryNetwork(world);
  const servers = hosts.map((host) => new WatchedServer(transport, host));
  const environment = world.environment({ limits: withLimits(limits) });
  const client = new Client(servers.map(({ scripted: { address } }) => address), {
    environment,
    transport,
  });
  const close = async (...watches: Told[]) => {
    await client.close();
    for (const { scripted } of servers) scripted.close();
    await Promise.all(watches.map(({ done }) => done));
  };
  return { client, servers, network: transport, close };
}

testInWorld("watch tells changes, and with initial first what is there", async (world) => {
  const { client, servers: [server], close } = start(world);
  server.entries = [["pa", "1", 1], ["pb", "1", 1]];
  const all = new Told(client, { initial: true });
  await world.advance(0);
  assertEquals(all.take(), [["pa", "1", 1], ["pb", "1", 1], "watching"]);
  server.tell(["pa", "2", 2], ["pb", null, 2]);
  server.tell(["pa", "2", 3]);
  await world.advance(0);
  assertEquals(all.take(), [["pa", "2", 2], ["pb", null, 2], ["pa", "2", 3]]);
  const changes = new Told(client);
  await world.advance(0);
  assertEquals(changes.take(), ["watching"]);
  server.tell(["pa", null, 9]);
  await world.advance(0);
  assertEquals([changes.take(), all.take()], [[["pa", null, 9]], []]);
  await close(all, changes);
  assertInstanceOf(all.error, Error);
});

testInWorld(
  "watch tells after a lost connection what it missed, and nothing twice",
  async (world) => {
    const { client, servers: [server], network, close } = start(world);
    server.entries = [["pa", "1", 1], ["pb", "1", 1], ["pc", "1", 1]];
    const watch = new Told(client);
    await world.advance(0);
    assertEquals(watch.take(), ["watching"]);
    network.at(server.scripted.address).cut();
    server.entries = [["pa", "1", 1], ["pb", "2", 2], ["pd", "1", 1]];
    await world.advance(1_000);
    assertEquals(watch.take(), ["lost", ["pb", "2", 2], ["pd", "1", 1], "resumed"]);
    // What is gone is only believed when nothing comes by sync any more.
    await world.advance(5_000);
    assertEquals(watch.take(), [["pc", null, 1]]);
    assertEquals(server.begun, 3);
    server.tell(["pc", "new", 5]);
    await world.advance(60_000);
    assertEquals(watch.take(), [["pc", "new", 5]]);
    assertEquals(server.begun, 3);
    await close(watch);
  },
);

testInWorld("watch goes on at another server, which may be behind at first", async (world) => {
  const { client, servers: [near, far], close } = start(world, ["near", "far"]);
  near.entries = [["pa", "3", 3], ["pb", "3", 3], ["pc", "3", 3]];
  const watch = new Told(client, { initial: true });
  await world.advance(0);
  near.tell(["pc", null, 4]);
  await world.advance(0);
  assertEquals(watch.take().length, 5);
  far.entries = [["pa", "2", 2], ["pc", "3", 3], ["px", "1", 1]];
  near.scripted.close();
  await world.advance(500);
  assertEquals(watch.take(), ["lost", ["px", "1", 1], "resumed"]);
  far.tell(["pb", "3", 3], ["pc", null, 4]);
  far.tell(["pa", "3", 3]);
  await world.advance(10_000);
  assertEquals([watch.take(), far.begun], [[], 1]);
  await close(watch);
});

testInWorld(
  "watch tells what there is of writes that were lost with their server",
  async (world) => {
    const { client, servers: [near, far], close } = start(world, ["near", "far"]);
    near.entries = [["pa", "3", 3], ["pb", "3", 3]];
    const watch = new Told(client);
    await world.advance(0);
    near.tell(["pb", null, 4]);
    near.scripted.close();
    far.entries = [["pa", "2", 2], ["pb", "3", 3]];
    await world.advance(2_000);
    assertEquals(watch.take(), ["watching", ["pb", null, 4], "lost", "resumed"]);
    await world.advance(3_000);
    assertEquals(watch.take(), [["pa", "2", 2], ["pb", "3", 3]]);
    assertEquals(far.begun, 2);
    await close(watch);
  },
);

testInWorld("watch tells that a deletion was lost with its server", async (world) => {
  const { client, servers: [near, far], close } = start(world, ["near", "far"]);
  near.entries = [["pa", "1", 1]];
  const watch = new Told(client);
  await world.advance(0);
  near.tell(["pa", null, 2]);
  near.scripted.close();
  far.entries = [["pa", "1", 1]];
  await world.advance(2_000);
  assertEquals(watch.take(), ["watching", ["pa", null, 2], "lost", "resumed"]);
  await world.advance(3_000);
  assertEquals(watch.take(), [["pa", "1", 1]]);
  await close(watch);
});

testInWorld("watch notices that its server is gone without a word", async (world) => {
  const { client, servers: [near, far], network, close } = start(world, ["near", "far"]);
  const watch = new Told(client);
  await world.advance(60_000);
  assertEquals([watch.take(), near.pings], [["watching"], 6]);
  network.at(near.scripted.address).reachability = "silent";
  await world.advance(20_000);
  assertEquals([watch.take(), far.begun], [["lost", "resumed"], 1]);
  await close(watch);
});

testInWorld("watch reads on only when what it tells is taken", async (world) => {
  const { client, servers: [server], network, close } = start(world);
  const endpoint = network.at(server.scripted.address);
  endpoint.windowBytes = 4_096;
  const watch = new Told(client);
  await world.advance(0);
  watch.takes = false;
  const value = "v".repeat(1_000);
  const change = (i: number) => [5, [["pk", value, new Uint8Array([i])]]];
  let written = 0;
  for (let i = 1; i <= 100; i++) {
    server.watcher!.stream.write(frameOf([2, "Changed", change(i)])).then(() => written++);
  }
  await world.advance(60_000);
  assertEquals(watch.take(), ["watching", ["pk", value, 1]]);
  assertLess(written, 90);
  watch.takes = true;
  watch.goOn();
  await world.advance(0);
  assertEquals(watch.take().at(-1), ["pk", value, 100]);
  await close(watch);
});

testInWorld("watch fails when it is refused, and tries again what is overloaded", async (world) => {
  const { client, servers: [server], network, close } = start(world);
  server.refusal = ["unknown_method", 'Cannot call "Watch": allowed are Get, Put'];
  const error = await rejectionOf(world, client.watch("p").next());
  assertInstanceOf(error, RpcError);
  assertEquals(error.code, "unknown_method");
  server.refusal = undefined;
  const watch = new Told(client);
  await world.advance(0);
  server.refusal = ["overloaded", "Cannot Watch: later"];
  network.at(server.scripted.address).cut();
  await world.advance(5_000);
  assertEquals(watch.take(), ["watching", "lost"]);
  server.refusal = undefined;
  await world.advance(5_000);
  assertEquals(watch.take(), ["resumed"]);
  await close(watch);
});

testInWorld("watch fails when nobody answers at its beginning", async (world) => {
  const { client, servers, close } = start(world, ["near", "far"]);
  for (const { scripted } of servers) scripted.close();
  assertInstanceOf(await rejectionOf(world, client.watch("p").next()), ConnectionError);
  await close();
});

testInWorld("watch begins at the first server that answers", async (world) => {
  const { client, servers, close } = start(world, ["one", "two", "three"]);
  servers[0].scripted.close();
  servers[1].refusal = ["unavailable", "Cannot Watch: not yet"];
  servers[2].entries = [["pa", "1", 1]];
  const watch = new Told(client, { initial: true });
  await world.advance(0);
  assertEquals(watch.take(), [["pa", "1", 1], "watching"]);
  await close(watch);
});

testInWorld("watch ends with its signal, its loop, or its client", async (world) => {
  const { client, servers: [server], network, close } = start(world);
  const end = new AbortController();
  const watch = new Told(client, { signal: end.signal });
  await world.advance(0);
  const [connection] = network.at(server.scripted.address).connections;
  end.abort("enough");
  await world.advance(0);
  assertEquals([watch.error, connection.client.closed], ["enough", true]);
  assertEquals(
    await rejectionOf(world, client.watch("p", { signal: end.signal }).next()),
    "enough",
  );
  server.entries = [["pa", "1", 1]];
  const changes = client.watch("p", { initial: true });
  const first = changes.next();
  await world.advance(0);
  assertEquals((await first).value?.key, "pa");
  await changes.return(undefined);
  assertEquals(network.at(server.scripted.address).connections[1].client.closed, true);
  // One that nobody takes from.
  const left = client.watch("p", { initial: true });
  const begun = left.next();
  await world.advance(0);
  await begun;
  await close();
  assertEquals(network.at(server.scripted.address).connections[2].client.closed, true);
  assertInstanceOf(await rejectionOf(world, left.next()), Error);
  assertInstanceOf(await rejectionOf(world, client.watch("p").next()), Error);
});

testInWorld("watch remembers so much, and then fails", async (world) => {
  const { client, servers: [server], close } = start(world, ["server"], {
    watchMemoryBytesMax: 1_000,
  });
  const watch = new Told(client);
  await world.advance(0);
  for (let i = 1; i <= 20; i++) server.tell([`p${i}`, "v", i]);
  await world.advance(0);
  await watch.done;
  assertInstanceOf(watch.error, RangeError);
  assertEquals(watch.take().length, 1 + 9);
  await close();
});

testInWorld("a notification that is none ends the connection, and watch goes on", async (world) => {
  const { client, servers: [server], close } = start(world);
  const watch = new Told(client);
  await world.advance(0);
  for (const bad of [[5], [5, [["k", "v"]]], [5, [["k", "v", "version"]]], [5, { k: "v" }], []]) {
    server.scripted.send(server.watcher!, [2, "Changed", bad]);
    await world.advance(5_000);
  }
  server.scripted.send(server.watcher!, [2, "Unheard", [1, 2]]);
  server.tell(["pa", "1", 1]);
  await world.advance(0);
  const lost = watch.take();
  assertEquals(lost.filter((told) => told === "lost").length, 5);
  assertEquals(lost.at(-1), ["pa", "1", 1]);
  await close(watch);
});

testInWorld(
  "watch goes on when its server is lost before it has told all that was there",
  async (world) => {
    for (const initial of [true, false]) {
      const { client, servers: [server], network, close } = start(world);
      server.entries = [["pa", "1", 1], ["pb", "1", 1], ["pc", "1", 1]];
      server.tellsAll = false;
      const watch = new Told(client, { initial });
      await world.advance(0);
      assertEquals(watch.take(), initial ? server.entries : []);
      network.at(server.scripted.address).cut();
      server.tellsAll = true;
      server.entries = [["pa", "1", 1], ["pb", "2", 2], ["pd", "1", 1]];
      await world.advance(1_000);
      const changes = initial ? server.entries.slice(1) : [];
      assertEquals(watch.take(), ["lost", ...changes, "watching"]);
      await world.advance(10_000);
      assertEquals(watch.take(), [["pc", null, 1]]);
      await close(watch);
    }
  },
);
