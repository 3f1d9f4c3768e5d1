/**
 * Lets many lean players talk, each in one of several places: a process of its own, started by `benchmark.ts`,
 * which asks it on stdin, line by line, to let them talk.
 *
 *     deno run lean_players.ts HOST:PORT FIRST PLACE:COUNT...
 *
 * @module
 */

import { heardIntervalMs } from "../../../app/game/world/bounds.ts";
import { realEnvironment } from "../../../rpc/mod.ts";
import { countBytes } from "./counted_bytes.ts";
import { LeanPlayer } from "./lean_player.ts";
import { talkAsTold } from "./talk.ts";

const [address, first, ...crowds] = Deno.args;
const bytes = countBytes();
const players: LeanPlayer[] = [];
for (const crowd of crowds) {
  const [place, count] = crowd.split(":");
  for (let i = 0; i < Number(count); i++) {
    const name = `player${Number(first) + players.length}`;
    players.push(new LeanPlayer(name, place, address, realEnvironment));
  }
}
for (const player of players) await player.come();
for (const [i, player] of players.entries()) {
  // They do not look all at the same moment.
  const startMs = heardIntervalMs * i / players.length;
  setTimeout(() => setInterval(() => player.look(), heardIntervalMs), startMs);
}
setInterval(() => players.forEach((player) => player.ping()), 100);
await talkAsTold(players, bytes, []);
Deno.exit(0);
