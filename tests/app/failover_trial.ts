/** A server goes in the middle of play: real processes, real sockets. */

import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "../deps.ts";
import { type ServerProcess, startServerProcess } from "../support/app/cmud_process.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { sleep } from "../support/until.ts";

/** A server that `near` is told of. */
const serverNextTo = (near: ServerProcess) =>
  Server.start({ startPort: 0, queryActorCount: 1, remoteDescs: [near.ready.description] });

/** The figure that the player is promised. */
const failoverMsMax = 5_000;

/** How much further away the second server is. */
const detourMs = 30;

/** And how much until the nearest is found, which may be slow to start on a busy machine. */
const firstDetourMs = 1_000;

/** Passes bytes on, late: the server at `address` as seen from afar. */
function farAway(address: string) {
  const [hostname, port] = address.split(":");
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let delayMs = firstDetourMs;
  const late = () =>
    new TransformStream<Uint8Array, Uint8Array>({
      async transform(chunk, controller) {
        await sleep(delayMs);
        controller.enqueue(chunk);
      },
    });
  const forward = async (near: Deno.Conn) => {
    const far = await Deno.connect({ hostname, port: Number(port) });
    await Promise.allSettled([
      near.readable.pipeThrough(late()).pipeTo(far.writable),
      far.readable.pipeThrough(late()).pipeTo(near.writable),
    ]);
  };
  const accepting = (async () => {
    const forwarding: Promise<void>[] = [];
    for await (const near of listener) forwarding.push(forward(near));
    await Promise.all(forwarding);
  })();
  return {
    address: `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    /** It is as far away from now on as it will be. */
    settle() {
      delayMs = detourMs;
    },
    async close() {
      listener.close();
      await accepting;
    },
  };
}

Deno.test("play goes on within 5 s when the nearest server is stopped, with all that the player had", async () => {
  const near = await startServerProcess();
  const server = await serverNextTo(near);
  const far = farAway(server.queryAddresses[0]);
  const [nearest] = near.ready.queryAddresses;
  const before = new Client(new FixedRouter(nearest));
  await before.put("rank/Ada/Masters", "true");
  await before.close();
  let stopped: number | undefined;
  let stoppedAtMs = 0;
  const input = async function* () {
    yield* ["Ada", "mine 40", "buy cpu 10", "mine 3", "move bridge", "stats", "inv"];
    far.settle();
    stopped = await near.end("SIGTERM");
    stoppedAtMs = performance.now();
    yield* ["stats"];
    assertLess(performance.now() - stoppedAtMs, failoverMsMax);
    yield* ["inv", "mine 3", "quit"];
  };
  const args = ["play", "--fast", "--server", `${far.address},${nearest}`];
  const { code, stdout } = await runCmud(args, { input });
  assertEquals([code, stopped], [0, 0]);
  const client = new Client(new FixedRouter(server.queryAddresses[0]));
  const deeds = await client.list("deed/Ada/");
  await client.close();
  await far.close();
  await server.close();

  const told = `The server at ${nearest} does not answer; you go on at ${far.address}.\n`;
  assertEquals(stdout.split(told).length, 2);
  assertEquals(stdout.split(/^Welcome, Ada|What is your name/m).length, 3);
  assert(!stdout.includes("having a moment"));
  const [, earlier, later] = stdout.split(/(?=^Name: Ada$)/m);
  const shown = (text: string) => /^Name:[^]*?^Place:.*$/m.exec(text)![0];
  const inventory = (text: string) =>
    /^Coins:.*\nXeon CPUs: 11 \(5 of them running\)$/m.exec(text)![0];
  assertMatch(shown(earlier), /Rank: Masters\n[^]*Place: Randy Pausch Bridge/);
  assertEquals(shown(later), shown(earlier));
  assertEquals(inventory(later), inventory(earlier));
  assertEquals(deeds.size, 1);
});

Deno.test("play goes on within 5 s when the nearest server falls silent", async () => {
  const near = await startServerProcess();
  const server = await serverNextTo(near);
  const far = farAway(server.queryAddresses[0]);
  const [nearest] = near.ready.queryAddresses;
  const input = async function* () {
    yield* ["Ada", "mine 3"];
    far.settle();
    near.child.kill("SIGSTOP");
    const silentAtMs = performance.now();
    yield "mine 2";
    assertLess(performance.now() - silentAtMs, failoverMsMax);
    yield "quit";
  };
  const args = ["play", "--fast", "--server", `${far.address},${nearest}`];
  const { code, stdout } = await runCmud(args, { input });
  await near.end("SIGKILL");
  await far.close();
  await server.close();
  assertEquals(code, 0);
  assertStringIncludes(stdout, `${nearest} does not answer; you go on at ${far.address}.\n`);
  assertMatch(stdout, /That makes \d coins?[^]*That makes \d coins?/);
});
