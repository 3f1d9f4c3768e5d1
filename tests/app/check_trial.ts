import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { appLimits } from "../../limits.ts";
import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "../deps.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { until } from "../support/until.ts";
import { Cluster } from "../sync/cluster.ts";
import { deadAddress } from "./with_server.ts";

const check = (servers: readonly string[], ...options: string[]) =>
  runCmud(["check", "--server", servers.join(), ...options]);

/** An entry as some other server may have taken it. */
function entry(key: string, value = `value of ${key}`, timestamp = 1_000) {
  return { key, value, order: [timestamp, 0, "b:6000/00/1"] as const };
}

/** Calls `use` with servers that know nobody, with what they are given. */
async function withStrangers(
  entries: readonly (readonly ReturnType<typeof entry>[])[],
  use: (addresses: readonly string[], clients: readonly Client[]) => Promise<void>,
): Promise<void> {
  const servers: Server[] = [];
  const clients: Client[] = [];
  try {
    for (const some of entries) {
      const server = await Server.start({ startPort: 0, queryActorCount: 1 });
      servers.push(server);
      const client = new Client(new FixedRouter(server.queryAddresses[0]));
      clients.push(client);
      await Promise.all(some.map((entry) => client.merge(entry)));
    }
    await use(servers.map(({ queryAddresses: [address] }) => address), clients);
  } finally {
    await Promise.all(clients.map((client) => client.close()));
    await Promise.all(servers.map((server) => server.close()));
  }
}

Deno.test("check says in one line that all replicas are equal, of servers of which one port is named", async () => {
  await using cluster = await Cluster.start(2, { queryActorCount: 2, threads: 2 });
  await cluster.ready();
  const named = cluster.servers.map(({ queryAddresses }) => queryAddresses[1]);
  const { code, stdout, stderr } = await check(named, "--wait", "5s");
  assertMatch(stdout, /^4 replicas of 2 servers are equal: 2 entries, digest [0-9a-f]{32}\n$/);
  assertEquals([code, stderr], [0, ""]);
  const json = JSON.parse((await check(named, "--json")).stdout);
  assertEquals([json.equal, json.keys, json.ranges, json.unnamed], [true, [], [], []]);
  assertEquals(
    json.replicas.map(({ address }: { address: string }) => address).sort(),
    cluster.servers.flatMap(({ queryAddresses }) => queryAddresses).sort(),
  );
});

Deno.test("check of a single replica with one entry says so", () =>
  withStrangers([[entry("key")]], async (addresses) => {
    const { code, stdout } = await check(addresses);
    assertMatch(stdout, /^1 replica of 1 server, with no other to compare: 1 entry, digest \S+\n$/);
    assertEquals(code, 0);
  }));

Deno.test("check names the members that are known and were not named", async () => {
  await using cluster = await Cluster.start(3);
  await cluster.ready();
  const [first, second, third] = cluster.servers;
  const named = [first, second].map(({ queryAddresses }) => queryAddresses[0]);
  const { code, stderr } = await check(named, "--wait", "5s");
  assertEquals([code, stderr], [0, `Not compared: ${third.address}, which is known and up\n`]);
  const { unnamed } = JSON.parse((await check(named, "--json")).stdout);
  assertEquals(unnamed, [{ address: third.address, state: "up" }]);
});

Deno.test("check ends with 1 and says which keys differ, and who holds what of them", async () => {
  const same = [entry("a"), entry("b"), entry("c")];
  const others = [[entry("differs", "1")], [entry("differs", "2", 1_001)], [entry("differs", "1")]];
  others[2].push(entry("odd \x1b[31m\u202e\n"));
  await withStrangers(others.map((some) => [...same, ...some]), async (addresses, clients) => {
    // The tombstone is kept for the sake of a server that is known and not there.
    const [{ address }] = await clients[0].members();
    const gone = await Server.start({ startPort: 0, queryActorCount: 1, join: [address] });
    await until(
      "it is known",
      async () => (await clients[0].members()).some(({ state }) => state === "up"),
    );
    await gone.close();
    await clients[0].delete("b");
    const { code, stdout } = await check(addresses);
    assertEquals(code, 1);
    const [a, b, c] = addresses;
    assertMatch(stdout, /^3 replicas of 3 servers are not equal:\n/);
    assertMatch(stdout, new RegExp(`\n"b"\n  deleted .* at ${a}\n  written .* at ${b}, ${c}\n`));
    assertMatch(
      stdout,
      new RegExp(
        `\n"differs"\n  written 1970-01-01T00:00:01.000Z .* at ${a}, ${c}\n  .* at ${b}\n`,
      ),
    );
    assertMatch(stdout, new RegExp(`\n"odd .*"\n  absent at ${a}, ${b}\n  written .* at ${c}\n`));
    assert(!stdout.includes('"a"') && !stdout.includes('"c"'));
    // deno-lint-ignore no-control-regex -- what is not to be there
    assert(!/[\u0000-\u0009\u000b-\u001f\u202e]/.test(stdout));
    const { equal, keys } = JSON.parse((await check(addresses, "--json")).stdout);
    assertEquals(equal, false);
    assertEquals(keys.map(({ key }: { key: string }) => key), [
      "b",
      "differs",
      "odd \x1b[31m\u202e\n",
    ]);
    const [{ held }] = keys;
    assertEquals(held[0].at, [a]);
    assertEquals([held[0].deleted, held[1].deleted], [true, false]);
    assertEquals(keys[2].held[0], { at: [a, b], absent: true });
  });
});

Deno.test("check prints no more than so much of what differs", async () => {
  const many = Array.from({ length: 3_000 }, (_, i) => entry(`key ${10_000 + i}`));
  await withStrangers([many, []], async (addresses) => {
    const { code, stdout } = await check(addresses);
    assertEquals(code, 1);
    assertLess(stdout.split("\n").length, 4 * appLimits.checkedKeysMax + 200);
    assertMatch(stdout, /\nkeys from "key 1\d+": 0 to \d+ entries differ somewhere\n$/);
  });
});

Deno.test("check --wait waits until they are equal, and no longer than it was told", async () => {
  await withStrangers([[entry("a")], []], async (addresses, [, client]) => {
    const waiting = check(addresses, "--wait", "20s");
    await client.merge(entry("a"));
    assertEquals((await waiting).code, 0);
    await client.put("a", "another");
    const { code, stderr } = await check(addresses, "--wait", "300ms");
    assertEquals([code, stderr], [1, ""]);
  });
});

Deno.test("check --wait takes no write that is under way for a difference", async () => {
  await using cluster = await Cluster.start(2);
  await cluster.ready();
  const [[client]] = cluster.clients;
  const ended = new AbortController();
  const writing = (async () => {
    for (let i = 0; !ended.signal.aborted; i++) await client.put(`key ${i % 50}`, `${i}`);
  })();
  const named = cluster.servers.map(({ queryAddresses }) => queryAddresses[0]);
  const { code } = await check(named, "--wait", "60s");
  ended.abort();
  await writing;
  assertEquals(code, 0);
});

Deno.test("check ends with 69 when one cannot be asked", async () => {
  await withStrangers([[]], async ([address]) => {
    for (const options of [[], ["--wait", "500ms"]]) {
      const { code, stdout, stderr } = await check([address, deadAddress()], ...options);
      assertEquals([code, stdout], [69, ""]);
      assertStringIncludes(stderr, "Is a server running there?");
    }
  });
});
