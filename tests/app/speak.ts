import { eventBucketMs } from "../../app/game/world/bounds.ts";
import { bucketOf } from "../../app/game/state/buckets.ts";
import { keys } from "../../app/game/state/keys.ts";
import type { Client } from "../../kvclient/mod.ts";

/** Says something on the 5th floor, as a player who does nothing else. */
export async function speak(client: Client, name: string, words: string): Promise<void> {
  const at = Date.now();
  const key = keys.scene(bucketOf(at, eventBucketMs), "5", `${name}.${"0".repeat(16)}`);
  await client.put(key, JSON.stringify([{ at, did: "say", words }]));
}
