import type { ActorContext } from "../../actor/mod.ts";
import { Agreement } from "../../kvserver/sync/agreement.ts";
import { Agreements } from "../../kvserver/sync/agreements.ts";
import type { Membership } from "../../kvserver/sync/membership.ts";
import type { SiblingComparison } from "../../kvserver/sync/sibling_comparison.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals } from "../deps.ts";
import { MemoryLog } from "../support/memory_log.ts";

const { differingNoticeMs } = defaultLimits;

/** A comparison that is over at once. @returns whether another one is to be made soon. */
function compare(it: Agreement, nowMs: number, finds: boolean): boolean {
  it.begun();
  if (finds) it.found(nowMs);
  return it.over(nowMs);
}

Deno.test("Agreement knows when both were equal last: when a comparison found nothing", () => {
  const it = new Agreement(defaultLimits);
  assertEquals([it.agreedMs, it.differingMs(100)], [undefined, 0]);
  compare(it, 100, true);
  assertEquals([it.agreedMs, it.differingMs(150)], [undefined, 50]);
  compare(it, 200, false);
  assertEquals([it.agreedMs, it.differingMs(250)], [200, 0]);
  compare(it, 300, true);
  compare(it, 400, true);
  assertEquals([it.agreedMs, it.differingMs(500)], [200, 200]);
});

Deno.test("Agreement has what was found looked at once more soon, and not again and again", () => {
  const it = new Agreement(defaultLimits);
  const soon = [true, true, true, false, true, false, false].map((finds, i) =>
    compare(it, i, finds)
  );
  assertEquals(soon, [true, false, false, false, true, false, false]);
});

Deno.test("Agreement says once that both have differed for long, and once that they are equal", () => {
  const it = new Agreement(defaultLimits);
  const said = (nowMs: number) => it.observe(nowMs);
  compare(it, 0, true);
  assertEquals([said(0), said(differingNoticeMs - 1)], [undefined, undefined]);
  compare(it, differingNoticeMs - 1, false);
  assertEquals(said(2 * differingNoticeMs), undefined);
  const beganMs = 3 * differingNoticeMs;
  compare(it, beganMs, true);
  assertEquals(
    [0, 1, 2].map((i) => said(beganMs + differingNoticeMs + i)),
    ["differs", undefined, undefined],
  );
  compare(it, beganMs + 2 * differingNoticeMs, false);
  assertEquals([said(9 * differingNoticeMs), said(9 * differingNoticeMs)], ["agrees", undefined]);
});

Deno.test("Agreements logs which replicas have differed for long, of peers that are reached", () => {
  let nowMs = 0;
  const log = new MemoryLog();
  const down = new Set(["c:1"]);
  const link = ({ address }: { address: string }) => ({ isUp: !down.has(address) });
  const context = { log, monotonicMs: () => nowMs, link } as unknown as ActorContext;
  const [sibling, ...agreements] = [0, 1, 2].map(() => new Agreement(defaultLimits));
  const peers = agreements.map((agreement, i) => ({
    ref: { address: ["b:1", "c:1"][i] },
    comparison: { agreement },
  }));
  const it = new Agreements(
    context,
    { peers } as unknown as Membership,
    { agreements: [sibling] } as unknown as SiblingComparison,
  );
  const step = (ms: number, finds: boolean) => {
    nowMs = ms;
    for (const agreement of [sibling, ...agreements]) compare(agreement, nowMs, finds);
    it.observe();
  };
  step(0, true);
  step(differingNoticeMs, true);
  step(differingNoticeMs + 5, true);
  assertEquals(it.differingMs, differingNoticeMs + 5);
  step(differingNoticeMs + 10, false);
  assertEquals(it.differingMs, 0);
  assertEquals(log.lines, [
    `warn  This server's replicas have differed for ${differingNoticeMs} ms, though they were compared`,
    `warn  Peer b:1 and this server have differed for ${differingNoticeMs} ms, though they were compared`,
    "info  This server's replicas are equal again",
    "info  Peer b:1 and this server are equal again",
  ]);
  agreements[1].found(nowMs);
  assertEquals(it.differingMs, 0);
  down.clear();
  nowMs++;
  assertEquals(it.differingMs, 1);
});

Deno.test("Agreement takes what was written just now for no sign that both differ", () => {
  const it = new Agreement(defaultLimits);
  // Keys are written all the time: each comparison finds some of them on their way.
  for (let nowMs = 0; nowMs < 5 * differingNoticeMs; nowMs += 1_000) {
    it.begun();
    it.found(nowMs, differingNoticeMs - 1);
    it.over(nowMs);
    assertEquals([it.agreedMs, it.differingMs(nowMs), it.observe(nowMs)], [
      undefined,
      0,
      undefined,
    ]);
  }
  const nowMs = 6 * differingNoticeMs;
  it.begun();
  it.found(nowMs, differingNoticeMs);
  it.over(nowMs);
  assertEquals(it.observe(nowMs + differingNoticeMs), "differs");
});
