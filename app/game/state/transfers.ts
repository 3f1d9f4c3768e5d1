/**
 * Coins that go from one character to another.
 *
 * The same sum stands under both, in two records that are written once and by one session: what one has
 * less, the other has more. A player who leaves between the two writes the second one when back.
 *
 * @module
 */

import { playerOf } from "../world/names.ts";
import { keys } from "./keys.ts";
import type { Transfer, TransferKind } from "./records.ts";
import type { Session } from "./session.ts";

/**
 * Gives `coins` to the player `to`.
 *
 * @throws {StoreFailure} It is owed: it has been given.
 */
export async function transfer(
  session: Session,
  to: string,
  as: TransferKind,
  coins: number,
): Promise<void> {
  const value = JSON.stringify({ to, as, coins });
  await session.declareOwn((id, k) => [
    [keys.coins(session.name, "out", id, k), value],
    [keys.coins(to, "in", id, k), value],
  ]);
}

/** Writes again what others are to have of what the player ever gave: a crash may have kept it back. */
export async function confirmTransfers(
  session: Session,
  transfers: readonly Transfer[],
): Promise<void> {
  const given = transfers.filter(({ way }) => way === "out").slice(-confirmedMax);
  if (given.length === 0) return;
  const { name } = session;
  await session.declareAll(given.map(({ other, as, coins, session, k }) => [
    keys.coins(other, "in", session, k),
    // Of before the player had this name, the session does not tell it.
    JSON.stringify({ to: other, as, coins, ...playerOf(session) === name ? {} : { from: name } }),
  ]));
}

const confirmedMax = 20;

/** By the other player's name, what a player owes (negative: is owed). */
export function debtsOf(transfers: readonly Transfer[]): ReadonlyMap<string, number> {
  const debts = new Map<string, number>();
  for (const { way, other, as, coins } of transfers) {
    if (as === "gift") continue;
    // A loan that came in is a debt, and one that went out its opposite; a repayment settles either.
    const sign = way === "in" ? 1 : -1;
    debts.set(other, (debts.get(other) ?? 0) + sign * coins);
  }
  return new Map([...debts].filter(([, coins]) => coins !== 0));
}
