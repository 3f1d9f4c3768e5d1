import type { World } from "../../access/mod.ts";
import type { Member } from "../../kvcommon/mod.ts";
import type { Store } from "../store/mod.ts";

/** The figures of `Stats` that no key changes. */
const unchanging = ["ready", "disk", "uptimeMs", "version"];

/** What `Stats` answers to a token whose keys are limited: nothing that the keys of others change. */
export function limitedStats(
  figures: Readonly<Record<string, number | boolean | string>>,
): Record<string, number | boolean | string> {
  const told = unchanging.filter((name) => name in figures);
  return Object.fromEntries(told.map((name) => [name, figures[name]]));
}

/** How many keys are shown that a token is good for. */
export function keysOf(store: Store, world: World): number {
  return world.prefixes.reduce((sum, prefix) => sum + store.count(prefix), 0);
}

/** What `Members` answers to such a token: of each member nothing that waits for it or was told by it. */
export function limitedMembers(members: readonly Member[]): Member[] {
  return members.map((member) => ({
    ...member,
    lagMs: null,
    pendingBytes: 0,
    agreedMs: null,
    tombstonesHeld: 0,
    refusedMessages: 0,
  }));
}
