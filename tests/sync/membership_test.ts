import type { ActorContext, LinkState } from "../../actor/mod.ts";
import { Membership } from "../../kvserver/sync/membership.ts";
import { EntryPool } from "../../kvserver/sync/entry_pool.ts";
import { defaultLimits } from "../../limits.ts";
import { silentLogger } from "../../log/mod.ts";
import { assertEquals } from "../deps.ts";

const { peersMax, livesPerAddressMax } = defaultLimits;

/** Peers without a cluster around them. */
class Members {
  readonly unlinked: string[] = [];
  readonly members: Membership;
  /** Incarnations that have a connection to this server. */
  readonly heard = new Set<string>();

  constructor() {
    const context = {
      limits: defaultLimits,
      self: { address: "self:1", incarnation: "self", counter: 1 },
      monotonicMs: () => 0,
      link: ({ incarnation }) => ({ isHeard: this.heard.has(incarnation) } as LinkState),
      watchLink: () => {},
      unlink: ({ incarnation }) => void this.unlinked.push(incarnation),
      log: silentLogger,
    } as Partial<ActorContext> as ActorContext;
    const pool = new EntryPool(defaultLimits);
    this.members = new Membership(context, { pool });
  }

  /** @returns whether it is a peer now. */
  learn(address: string, incarnation: string): boolean {
    return this.members.learn({ address, incarnation, counter: 1 }) !== undefined;
  }
}

Deno.test("a server that says that it started again and again takes no other one's place", () => {
  const it = new Members();
  it.heard.add("life 0");
  for (let life = 0; life < 2 * peersMax; life++) it.learn("liar:1", `life ${life}`);
  assertEquals(it.members.size, livesPerAddressMax);
  assertEquals(it.unlinked.length, 2 * peersMax - livesPerAddressMax);
  // One that is heard stays before those that are not.
  assertEquals(it.unlinked.includes("life 0"), false);
  assertEquals(it.learn("other:1", "life"), true);
});

Deno.test("a server too many is no peer, and is dialed no longer", () => {
  const it = new Members();
  for (let i = 0; i < peersMax; i++) assertEquals(it.learn(`peer${i}:1`, `${i}`), true);
  assertEquals(it.learn("late:1", "late"), false);
  assertEquals([it.members.size, it.unlinked], [peersMax, ["late"]]);
});
