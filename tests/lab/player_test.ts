import { Player } from "../../lab/model/player.ts";
import { assert, assertEquals } from "../deps.ts";

Deno.test("tick() moves on by the speed, and not beyond what is known", () => {
  const player = new Player();
  player.tick(16, 1_000);
  assertEquals(player.atMs, 0);
  player.isPlaying = true;
  player.speed = 100;
  player.tick(50, 1_000);
  assertEquals(player.atMs, 5);
  player.tick(50, 7);
  assertEquals(player.atMs, 7);
  assert(player.wantedMs > 7);
});

Deno.test("tick() skips nothing after the page was hidden", () => {
  const player = new Player();
  player.isPlaying = true;
  player.speed = 100;
  player.tick(60_000, 100_000);
  assertEquals(player.atMs, 10);
});
