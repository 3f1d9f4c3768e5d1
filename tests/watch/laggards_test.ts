import { Laggards, type Watcher } from "../../kvserver/watch/mod.ts";
import { assertEquals } from "../deps.ts";

Deno.test("Laggards finds those who lag while too much stays, all the time, for too long", () => {
  const laggards = new Laggards({ watchChangesMax: 2, watchPatienceMs: 100 });
  const [always, sometimes, never] = [true, true, false].map((isLagging) => {
    return { isLagging } as unknown as { -readonly [Name in keyof Watcher]: Watcher[Name] };
  });
  /** So many entries stay. */
  const review = (nowMs: number, kept = 3) => {
    for (let i = 0; i < kept; i++) laggards.noteKept();
    return laggards.review([always, sometimes, never], nowMs);
  };
  assertEquals([review(0), review(50)], [[], []]);
  sometimes.isLagging = false;
  assertEquals(review(60), []);
  sometimes.isLagging = true;
  assertEquals(review(90), []);
  assertEquals(review(100), [always]);
  // It takes a while until a connection has ended.
  assertEquals(review(110), []);
  assertEquals(review(190), [sometimes]);
  assertEquals([review(195, 2), review(250), review(349)], [[], [], []]);
  laggards.forget(always);
  assertEquals(review(350), [sometimes]);
});
