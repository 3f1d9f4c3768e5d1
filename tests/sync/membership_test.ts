import { type ActorContext, type ActorRef, firstExposed, type LinkState } from "../../actor/mod.ts";
import type { PeerNote } from "../../kvserver/messages/peer_note.ts";
import { Membership } from "../../kvserver/sync/membership.ts";
import { EntryPool } from "../../kvserver/sync/entry_pool.ts";
import { defaultLimits } from "../../limits.ts";
import { silentLogger } from "../../log/mod.ts";
import { assertEquals } from "../deps.ts";

const { peersMax, livesPerAddressMax, unmetPauseMinMs, unmetPauseMaxMs } = defaultLimits;

const noFacts = {
  heardMs: undefined,
  clockSkewMs: undefined,
  version: undefined,
  refusedMessages: 0,
};

/** A link on which nothing happens. */
const still: Partial<LinkState> = { silentMs: 0, told: 0, handled: 0, facts: noFacts };

/** What keeps the addresses of those that are to be remembered. */
const journal: ActorRef = { address: "self:1", incarnation: "self", counter: 2 };

/** Peers without a cluster around them. */
class Members {
  /** Those that are remembered, and those that this server dialed because a peer named them. */
  readonly remembered: string[] = [];
  readonly dialed: string[] = [];
  /** Incarnations that it dialed. */
  readonly met: string[] = [];
  readonly unlinked: string[] = [];
  readonly members: Membership;
  nowMs = 0;
  /** For how long others were away, each time that this was noted. */
  readonly away: string[] = [];
  /** Incarnations that have a connection to this server. */
  readonly heard = new Set<string>();
  /** Where addresses lead. */
  readonly hosts = new Map<string, string>();

  constructor() {
    const context = {
      limits: defaultLimits,
      self: { address: "self:1", incarnation: "self", counter: 1 },
      monotonicMs: () => this.nowMs,
      link: ({ incarnation, address }) => {
        const host = this.hosts.get(address);
        return { host, isHeard: this.heard.has(incarnation) } as LinkState;
      },
      watchLink: () => {},
      unlink: ({ incarnation }) => void this.unlinked.push(incarnation),
      meet: ({ address, incarnation }) => {
        this.dialed.push(address);
        this.met.push(incarnation);
      },
      tell: (to, message) => {
        if (to !== journal) return;
        const note = message as PeerNote;
        if (note.type === "peerKnown") this.remembered.push(note.address);
        if (note.type === "peersAway") {
          this.away.push(note.away.map(({ address, awayMs }) => `${address} ${awayMs}`).join());
        }
      },
      log: silentLogger,
    } as Partial<ActorContext> as ActorContext;
    const pool = new EntryPool(defaultLimits);
    this.members = new Membership(context, { pool, journal, ticks: { within: () => {} } });
  }

  /** @returns whether it is a peer now. */
  learn(address: string, incarnation: string): boolean {
    return this.#learn(address, incarnation) !== undefined;
  }

  /** Makes a peer, unless it is one, and notes the state of the link to it. @returns whom it is told of then. */
  link(address: string, link: Partial<LinkState>, incarnation = address): readonly string[] {
    const peer = this.#learn(address, incarnation)!;
    this.members.observeLink(peer, { ...still, ...link } as LinkState);
    return peer.gossip.take().introductions.map(({ address }) => address);
  }

  /** Has `by` name another one. */
  name(address: string, by: string): void {
    this.members.introduced({ address, incarnation: address, counter: 1 }, this.#learn(by, by)!);
  }

  #learn(address: string, incarnation: string) {
    return this.members.learn({ address, incarnation, counter: 1 });
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

Deno.test("one host leaves places for others, whatever names it has", () => {
  const it = new Members();
  for (let i = 0; i < peersMax; i++) {
    const address = i < 3 ? `peer${i}:1` : `name${i}.example:1`;
    if (i >= 3) it.hosts.set(address, "192.0.2.1");
    it.learn(address, `${i}`);
    if (i !== 10) it.heard.add(`${i}`);
  }
  // First goes the one that has no connection here.
  for (let i = 0; i < 3; i++) assertEquals(it.learn(`late${i}:1`, `late${i}`), true);
  assertEquals(it.unlinked, ["10", `${peersMax - 1}`, `${peersMax - 2}`]);
  // Its own next one has no place.
  it.hosts.set("name.example:1", "192.0.2.1");
  assertEquals(it.learn("name.example:1", "one more"), false);
  assertEquals([it.members.size, it.unlinked.at(-1)], [peersMax, "one more"]);
});

Deno.test("who was not greeted at his address is neither remembered nor named to others", () => {
  const it = new Members();
  it.link("first:1", { epoch: 1 });
  it.link("caller:1", { epoch: 0, isHeard: true });
  for (let i = 0; i < 100; i++) it.name(`nowhere:${i}`, "first:1");
  assertEquals(it.dialed.length, 100);
  assertEquals(it.link("first:1", { epoch: 1 }), []);
  assertEquals(it.link("second:1", { epoch: 1 }), ["first:1"]);
  assertEquals(it.remembered, ["first:1", "second:1"]);
  it.link("caller:1", { epoch: 1 });
  assertEquals(it.link("first:1", { epoch: 1 }), ["second:1", "caller:1"]);
  assertEquals(it.remembered, ["first:1", "second:1", "caller:1"]);
});

Deno.test("who ends in the name of another server does not have that one taken for ended", () => {
  const it = new Members();
  it.link("first:1", { epoch: 1 });
  it.link("liar:1", { epoch: 1, isWrongIncarnation: true }, "server:1");
  assertEquals(it.members.size, 1);
  it.name("server:1", "first:1");
  assertEquals(it.dialed, ["server:1"]);
});

Deno.test("who restarts again before it was met is met all the same, after a pause", () => {
  const it = new Members();
  const lost = { isWrongIncarnation: true, foundIncarnation: "2" };
  it.link("server:1", { epoch: 1, isUp: true }, "1");
  it.link("server:1", { epoch: 1, ...lost }, "1");
  assertEquals(it.met.splice(0), ["2"]);
  const ref = (incarnation: string) => {
    return { address: "server:1", incarnation, counter: firstExposed };
  };
  const by = ref("1");
  it.members.met({ type: "met", ref: ref("2"), by, outcome: "another", found: "3" });
  it.members.meetAgain();
  assertEquals(it.met, []);
  it.nowMs += unmetPauseMinMs;
  it.members.meetAgain();
  // Also the one that ended: the address may have led elsewhere.
  assertEquals(it.met.splice(0).sort(), ["1", "3"]);
  it.members.met({ type: "met", ref: ref("3"), by, outcome: "met" });
  it.members.met({ type: "met", ref: ref("1"), by, outcome: "another", found: "3" });
  it.link("server:1", { epoch: 1, isUp: true }, "3");
  it.nowMs += unmetPauseMaxMs;
  it.members.meetAgain();
  assertEquals([it.met, it.members.size], [[], 1]);
});

Deno.test("who ends in an instant counts as away from then on, and not since it came", () => {
  const it = new Members();
  it.link("server:1", { epoch: 1, isUp: true, isHeard: true });
  it.nowMs = 1_000_000;
  it.link("server:1", { epoch: 1, isWrongIncarnation: true });
  assertEquals([...it.members.absent], [["server:1", 1_000_000]]);
});
Deno.test("who was away and is back is noted to be so", () => {
  const it = new Members();
  it.members.noteAway();
  it.link("server:1", { epoch: 1, isUp: true, isHeard: true });
  it.link("server:1", { epoch: 1 });
  it.nowMs = 1_000;
  it.members.noteAway();
  it.link("server:1", { epoch: 2, isUp: true, isHeard: true });
  it.members.noteAway();
  it.members.noteAway();
  assertEquals(it.away, ["server:1 1000", ""]);
});
Deno.test("nobody is told of what was forgotten in a form that others refuse", () => {
  const it = new Members();
  const forgotten = [
    { address: "gone:1", incarnations: ["1", "2"] },
    { address: "many:1", incarnations: ["1", "2", "3", "4", "5"] },
    { address: "none:1", incarnations: [""] },
    { address: "m\u00fcller.example:1", incarnations: [] },
  ];
  it.members.start({ remembered: [], forgotten, away: [] });
  it.learn("server:1", "server");
  const [peer] = it.members.peers;
  assertEquals(peer.gossip.take().forgotten, forgotten.slice(0, 1));
});
Deno.test("who tells that it is forgotten itself is there", () => {
  const it = new Members();
  it.learn("server:1", "server");
  const [peer] = it.members.peers;
  it.members.forgottenElsewhere({ address: "server:1", incarnations: [] }, peer);
  assertEquals([it.members.size, peer.isForgotten], [1, false]);
});
