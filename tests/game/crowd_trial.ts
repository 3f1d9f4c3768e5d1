/** A crowd at one problem, on three real servers that are far apart. */

import type { Character } from "../../app/game/state/character.ts";
import { diceFrom } from "../../app/game/world/dice.ts";
import { prefixes } from "../../app/game/state/keys.ts";
import { attempt, face } from "../../app/game/state/moves.ts";
import { type Problem, readProblem } from "../../app/game/state/problem.ts";
import { remainingSteps } from "../../app/game/state/rounds.ts";
import { Session } from "../../app/game/state/session.ts";
import { problemSteps, type Rank } from "../../app/game/world/world.ts";
import { gameStore } from "../../app/play/game_store.ts";
import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { assert, assertEquals, assertGreater } from "../deps.ts";
import { sleep } from "../support/until.ts";

const sessionCount = 50;
const attemptsEach = 200;
const serverCount = 3;
const simulateLatencyMs = 250;
const rank: Rank = "PhD";
const steps = problemSteps.get(rank)!;
/** Bounds the whole; it takes a fraction of this. */
const deadlineMs = 120_000;

/** Starts servers that know each other. */
async function startServers(): Promise<Server[]> {
  const servers: Server[] = [];
  for (let count = 0; count < serverCount; count++) {
    servers.push(
      await Server.start({
        startPort: 0,
        queryActorCount: 1,
        threads: 1,
        simulateLatencyMs,
        remoteDescs: servers.map(({ description }) => description),
      }),
    );
  }
  return servers;
}

/** What the players know to have done, by round: steps taken. */
class Account {
  readonly damage = new Map<number, number>();

  add(round: number, power: number): void {
    this.damage.set(round, (this.damage.get(round) ?? 0) + power);
  }

  /** Whether `problem` shows exactly this. */
  isShownBy({ rounds }: Problem): boolean {
    const shown = new Map(
      Array.from(rounds, ([round, hits]) => {
        const totals = Array.from(hits.values(), ({ total }) => total);
        return [round, totals.reduce((sum, total) => sum + total)];
      }),
    );
    return shown.size === this.damage.size &&
      [...this.damage].every(([round, damage]) => shown.get(round) === damage);
  }
}

/** Attempts the problem again and again, as a player who always has the same hardware. */
async function toil(session: Session, power: number, account: Account): Promise<void> {
  const dice = diceFrom(realEnvironment);
  const character = { hardware: new Map([["cpu", power]]), lastDeed: 0 } as unknown as Character;
  for (let done = 0; done < attemptsEach; done++) {
    const problem = await face(session, rank);
    const made = await attempt(session, character, problem, dice);
    if (made.outcome === "hit") account.add(problem.round, power);
  }
}

Deno.test(`${sessionCount} sessions at one problem on ${serverCount} servers: every step counts once, every round has one winner`, async () => {
  const startMs = performance.now();
  const servers = await startServers();
  const clients: Client[] = [];
  const sessionAt = (server: Server, name: string, aheadMs = 0) => {
    const router = new FixedRouter(server.queryAddresses[0]);
    const client = new Client(router, { timeoutMs: deadlineMs });
    clients.push(client);
    const environment = { ...realEnvironment, now: () => Date.now() + aheadMs };
    return new Session(name, gameStore(client, router), environment);
  };
  const account = new Account();
  await Promise.all(Array.from({ length: sessionCount }, (_, n) => {
    const session = sessionAt(servers[n % serverCount], `Player${n}`);
    return toil(session, 3 + n % 3, account);
  }));

  // Whoever comes much later sees to it that every round that is over has promoted somebody.
  const readers = servers.map((server) => sessionAt(server, "Reader", 3_600_000));
  const converged = (problem: Problem) => account.isShownBy(problem);
  const problems: Problem[] = [];
  for (const reader of readers) {
    let problem = await readProblem(reader, rank);
    while (!converged(problem)) {
      assert(performance.now() - startMs < deadlineMs, "the servers do not agree in time");
      await sleep(50);
      problem = await readProblem(reader, rank);
    }
    problems.push(problem);
  }
  const last = Math.max(...account.damage.keys());
  for (const { round, remaining, rounds, skipped } of problems) {
    const left = (number: number) => Math.max(0, steps - (account.damage.get(number) ?? 0));
    assertEquals([round, skipped], [left(last) > 0 ? last : last + 1, 0]);
    assertEquals(remaining, left(round));
    for (const [number, hits] of rounds) assertEquals(remainingSteps(rank, hits), left(number));
  }
  const { rounds } = await face(readers[0], rank);
  const risen = [...(await readers[0].list(prefixes.risen(rank))).keys()];
  const risenIn = Map.groupBy(risen, (key) => Number(key.split("/")[2]));
  assertGreater(last, 1);
  for (const [round, damage] of account.damage) {
    const names = (risenIn.get(round) ?? []).map((key) => key.split("/")[3]);
    // All were at it together: it was the greatest hit.
    const [[latest]] = [...rounds.get(round)!].toSorted(([a, { n: m }], [b, { n }]) =>
      n - m || (a < b ? 1 : -1)
    );
    assertEquals(names, damage >= steps ? [latest.split(".")[0]] : [], `round ${round}`);
  }
  await Promise.all(clients.map((client) => client.close()));
  await Promise.all(servers.map((server) => server.close()));
});
