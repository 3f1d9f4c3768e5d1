import type { ActorContext } from "../../actor/mod.ts";
import { ReplicaVersions } from "../../kvserver/query/replica_versions.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals } from "../deps.ts";

const uid = "b:1/000000000000000b/2";

/** What a replica tells the disk of writes that were replaced before they were claimed. */
function dotsToldOf(persistsOthers: boolean): number {
  const context = {
    limits: defaultLimits,
    self: { address: "a:1", incarnation: "000000000000000a", counter: 2 },
    monotonicMs: () => 0,
  } as unknown as ActorContext;
  const versions = new ReplicaVersions(context, () => 0, true);
  versions.persistsOthers = persistsOthers;
  for (let counter = 3; counter < 203; counter += 2) versions.replaced(uid, counter);
  return versions.diskSeen([], true)?.vector.dots.get(uid)?.size ?? 0;
}

Deno.test("single writes that were seen are told to the disk by the replica that persists them, and no other keeps them", () => {
  assertEquals(dotsToldOf(true), 100);
  assertEquals(dotsToldOf(false), 0);
});
