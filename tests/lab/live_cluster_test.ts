import type { Member, WatchedChange } from "../../kvclient/mod.ts";
import {
  type LiveClient,
  LiveCluster,
  liveKeysMax,
  type LiveState,
} from "../../lab/live/live_cluster.ts";
import { liveScene } from "../../lab/live/live_scene.ts";
import { assertEquals } from "../deps.ts";

function member(address: string, more: Partial<Member> = {}): Member {
  return {
    address,
    queryAddresses: null,
    incarnation: "1",
    state: "up",
    sinceMs: 0,
    lagMs: 0,
    pendingBytes: 0,
    agreedMs: null,
    tombstonesHeld: 0,
    clockSkewMs: 0,
    version: "1",
    refusedMessages: 0,
    ...more,
  };
}

/** Tells these changes, and then nothing. */
class ScriptedClient implements LiveClient {
  isClosed = false;

  constructor(private readonly changes: readonly [string, string | Uint8Array | undefined][]) {}

  members(): Promise<Member[]> {
    if (this.isClosed) return Promise.reject(new Error("closed"));
    return Promise.resolve([member("a:1", { state: "self", queryAddresses: ["a:2", "a:3"] })]);
  }

  async *watch(
    _: string,
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<WatchedChange> {
    for (const [key, value] of this.changes) yield { key, value, version: new Uint8Array() };
    signal!.throwIfAborted();
    await new Promise((_, reject) => {
      signal!.addEventListener("abort", () => reject(signal!.reason));
    });
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

/** Follows a scripted cluster until it has told so many states. */
async function follow(client: ScriptedClient, states: number): Promise<LiveState> {
  let last: LiveState | undefined;
  let told = 0;
  const cluster = new LiveCluster(client, (state) => {
    last = state;
    if (++told === states) cluster.close();
  }, () => Promise.resolve());
  await cluster.follow();
  return last!;
}

Deno.test("follow() tells members and keys, the last change of each", async () => {
  const client = new ScriptedClient([
    ["x", "1"],
    ["y", new Uint8Array(3)],
    ["x", "2"],
    ["z", "gone"],
    ["z", undefined],
  ]);
  const { members, entries } = await follow(client, 40);
  assertEquals(members.map(({ address }) => address), ["a:1"]);
  assertEquals(entries, [["y", "3 bytes"], ["x", "2"]]);
  assertEquals(client.isClosed, true);
});

Deno.test("follow() keeps the keys that changed last", async () => {
  const changes = Array.from({ length: 150 }, (_, i): [string, string] => [`k${i}`, "v"]);
  const { entries } = await follow(new ScriptedClient(changes), 200);
  assertEquals(entries.length, liveKeysMax);
  assertEquals(entries[0][0], "k50");
});

Deno.test("liveScene() shows the server that is asked with its keys, and the ways to the others", () => {
  const scene = liveScene({
    members: [
      member("a:1", { state: "self", queryAddresses: ["a:2", "a:3"] }),
      member("b:1", { lagMs: 1_500, clockSkewMs: 2_000 }),
      member("c:1", { state: "down", lagMs: null, clockSkewMs: null }),
    ],
    entries: [["x", "1"]],
  });
  assertEquals(
    [...scene.servers.values()].map(({ name, status, skewMs }) => [name, status, skewMs]),
    [
      ["a:1", "up", 0],
      ["b:1", "up", 2_000],
      ["c:1", "down", 0],
    ],
  );
  assertEquals(scene.replicas.get("2 replicas")?.get("x")?.value, "1");
  assertEquals(scene.link("a:1", "b:1").label, "1.5 s behind");
  assertEquals([scene.link("a:1", "c:1").isCut, scene.link("a:1", "c:1").label], [true, "down"]);
});

Deno.test("liveScene() of nothing is empty", () => {
  assertEquals(liveScene({ members: [], entries: [] }).servers.size, 0);
});
