import { assert, assertEquals } from "../deps.ts";
import { playCrowd } from "./load/crowd.ts";

Deno.test("a crowd at two doors plays on while a server of two is killed, and no coin is lost", async () => {
  const figures = await playCrowd({ bots: 12, seconds: 6, everyMs: 250, killEveryMs: 4_000 });
  assertEquals(figures.killedAtMs.length, 1);
  assertEquals(figures.wrong, []);
  assert(Math.abs(figures.owned - figures.told) <= figures.unknown, JSON.stringify(figures));
  assert(figures.waits.length > 100);
});
