import type { ActorRef } from "../../actor/mod.ts";
import { UnmetServers } from "../../kvserver/sync/unmet_servers.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals, assertLessOrEqual } from "../deps.ts";

const { unmetServersMax, unmetServersPerHostMax, unmetPauseMinMs, unmetPauseMaxMs, forgetAfterMs } =
  defaultLimits;

const refOf = (address: string, incarnation = "life"): ActorRef => {
  return { address, incarnation, counter: 1 };
};

/** Servers that are never there. */
class Unmet {
  readonly servers = new UnmetServers(defaultLimits);
  nowMs = 0;
  /** Whether who named them is there still. */
  isNamed = false;

  /** A server is named, and missed. */
  miss(address: string, { host = "host", incarnation = "life" } = {}): void {
    const ref = refOf(address, incarnation);
    this.servers.meets(ref);
    this.servers.missed(ref, { by: refOf(`${host}:1`), host }, this.nowMs);
  }

  /** Misses a server again and again. @returns the pauses */
  missUntil(address: string, endMs: number): number[] {
    const pauses: number[] = [];
    while (this.servers.dueMs <= endMs) {
      pauses.push(this.servers.dueMs - this.nowMs);
      this.nowMs = this.servers.dueMs;
      if (this.takeDue(this.nowMs).length === 0) break;
      this.miss(address);
    }
    return pauses;
  }

  /** The addresses of those that would be met within the longest pause. */
  get addresses(): string[] {
    return this.takeDue(this.nowMs + unmetPauseMaxMs).map(({ ref }) => ref.address);
  }

  takeDue(nowMs: number) {
    return this.servers.takeDue(nowMs, () => this.isNamed);
  }

  forgetMissedFor(durationMs: number, nowMs: number): void {
    this.servers.forgetMissedFor(durationMs, nowMs, () => this.isNamed);
  }
}

Deno.test("UnmetServers has a server met again after pauses that double, up to the longest", () => {
  const it = new Unmet();
  it.miss("away:1");
  const pauses = it.missUntil("away:1", 2 * 60 * 60 * 1_000);
  assertEquals(pauses.slice(0, 4), [1, 2, 4, 8].map((times) => times * unmetPauseMinMs));
  assertEquals(pauses.at(-1), unmetPauseMaxMs);
});

Deno.test("UnmetServers has nobody met who is being met, or known", () => {
  const it = new Unmet();
  it.miss("away:1");
  assertEquals(it.takeDue(unmetPauseMinMs - 1), []);
  assertEquals(it.addresses, ["away:1"]);
  assertEquals([it.addresses, it.servers.dueMs], [[], Infinity]);
  assertEquals(it.servers.isMeeting(refOf("away:1")), false);
  it.servers.meets(refOf("away:1"));
  assertEquals(it.servers.isMeeting(refOf("away:1")), true);
  it.servers.delete(refOf("away:1"));
  assertEquals([it.servers.isMeeting(refOf("away:1")), it.servers.size], [false, 0]);
});

Deno.test("UnmetServers gives a server up that is missed for as long as others are known", () => {
  const it = new Unmet();
  it.miss("gone:1");
  it.missUntil("gone:1", Infinity);
  assertEquals(it.servers.size, 0);
  assertLessOrEqual(it.nowMs, forgetAfterMs + unmetPauseMaxMs);
  it.miss("gone:1");
  it.forgetMissedFor(1_000, it.nowMs + 999);
  assertEquals(it.servers.size, 1);
  it.forgetMissedFor(1_000, it.nowMs + 1_000);
  assertEquals(it.servers.size, 0);
});

Deno.test("UnmetServers gives no server up that a peer names", () => {
  const it = new Unmet();
  it.isNamed = true;
  it.miss("cut off:1");
  it.missUntil("cut off:1", 2 * forgetAfterMs);
  it.forgetMissedFor(1_000, it.nowMs);
  assertEquals(it.servers.size, 1);
});

Deno.test("UnmetServers forgets the lives of a server that are named, also one that is being met", () => {
  const it = new Unmet();
  for (const incarnation of ["one", "two"]) it.miss("away:1", { incarnation });
  it.miss("other:1");
  it.servers.forget({ address: "away:1", incarnations: ["one"] });
  assertEquals(it.addresses, ["away:1", "other:1"]);
  const lives = [refOf("away:1", "one"), refOf("away:1", "two"), refOf("other:1")];
  for (const ref of lives) it.servers.meets(ref);
  it.servers.forget({ address: "away:1", incarnations: [] });
  assertEquals(lives.map((ref) => it.servers.isMeeting(ref)), [false, false, true]);
  it.servers.missed(lives[2], { by: refOf("host:1"), host: "host" }, 0);
  assertEquals(it.addresses, ["other:1"]);
});

Deno.test("UnmetServers leaves room for others when one host names many that are not there", () => {
  const it = new Unmet();
  it.miss("away:1", { host: "honest" });
  for (let i = 0; i < 10_000; i++) it.miss(`nowhere:${i}`, { host: "forged" });
  assertEquals(it.servers.size, unmetServersPerHostMax + 1);
  assertEquals(it.addresses.includes("away:1"), true);
});

Deno.test("UnmetServers are bounded when many hosts name many, and the one that named most gives way", () => {
  const it = new Unmet();
  for (let i = 0; i < 1_000; i++) it.miss(`nowhere:${i}`, { host: `forged ${i % 100}` });
  assertEquals(it.servers.size, unmetServersMax);
  for (let i = 1; i <= 3; i++) it.miss(`away:${i}`, { host: "honest" });
  assertEquals(it.servers.size, unmetServersMax);
  // With one more it would have as many as any.
  assertEquals(it.addresses.filter((address) => address.startsWith("away")), ["away:1", "away:2"]);
});
