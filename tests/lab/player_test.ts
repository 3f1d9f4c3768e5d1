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

Deno.test("tick() lets quiet times pass quickly, and stops where the story goes on", () => {
  const player = new Player();
  player.isPlaying = true;
  player.speed = 50;
  player.tick(100, 10_000, 1_000);
  assertEquals([player.atMs, player.isQuick], [100, true]);
  assertEquals(player.wantedMs, 200);
  player.tick(100, 10_000, 120);
  assertEquals(player.atMs, 120);
  player.tick(100, 10_000);
  assertEquals([player.atMs, player.isQuick], [125, false]);
  player.speed = 5_000;
  player.tick(100, 10_000, 1_000);
  assertEquals([player.atMs, player.isQuick], [625, false]);
});
