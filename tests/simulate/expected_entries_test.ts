import { SimulatedCluster } from "../../simulate/cluster/simulated_cluster.ts";
import { defaultLimits } from "../../limits.ts";
import { assert, assertEquals, assertLessOrEqual } from "../deps.ts";
import { entryBytes } from "../support/store/stores.ts";

const order = { timestamp: 1, sequence: 0, uid: "earlier:1/00/1" };

const { expectedFactor, expectedEntriesFirst } = defaultLimits;

/**
 * Has a server join one that has so many keys, and says that it has another number of them.
 *
 * @returns for how many entries the joining replica made ready, and how many it had then.
 */
async function joined(keys: number, said: number): Promise<{ entries: number; size: number }[]> {
  const cluster = new SimulatedCluster(1, () => () => 1);
  const sender = await cluster.start({
    queryActorCount: 1,
    load: (store) => {
      for (let i = 0; i < keys; i++) store.merge(entryBytes(`key${i}`, "value", order));
      Object.defineProperty(store, "size", { get: () => said });
    },
  });
  const joiner = await cluster.start({ queryActorCount: 1, peers: [sender] });
  const [store] = joiner.stores;
  const made: { entries: number; size: number }[] = [];
  const expect = store.expect.bind(store);
  store.expect = (entries) => {
    made.push({ entries, size: store.size });
    expect(entries);
  };
  await cluster.advance(10_000);
  assertEquals(store.size, keys);
  await cluster.close();
  return made;
}

Deno.test("a server that joins makes ready for as many keys as there are, and gives the rest back", async () => {
  const made = await joined(10_000, 10_000);
  assert(made.some(({ entries }) => entries === 10_000));
  assertEquals(made.at(-1), { entries: 0, size: 10_000 });
});

Deno.test("a server that joins makes ready for no more keys than have come by far, whatever is said", async () => {
  const made = await joined(10_000, Number.MAX_SAFE_INTEGER);
  assert(made.length > 1);
  for (const { entries, size } of made) {
    assertLessOrEqual(entries, expectedFactor * Math.max(expectedEntriesFirst, size));
  }
});
