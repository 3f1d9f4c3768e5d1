import { noExpiry } from "../../kvserver/entry/entry.ts";
import { noEntry, type Store } from "../../kvserver/store/mod.ts";
import { textOfChars } from "../cluster/chars.ts";
import { heldEntries } from "../cluster/held_entries.ts";
import type { SimulatedServer } from "../cluster/simulated_cluster.ts";
import { plural, shown } from "../trace/words.ts";
import type { Condition } from "./scenario.ts";

/** A replica that is looked at; without a store its server does not run. */
export interface LookedAt {
  readonly name: string;
  readonly server: SimulatedServer | undefined;
  readonly store?: Store;
}

/** A condition that shows at one moment. */
export type MomentCondition = Exclude<Condition, { type: "silence" }>;

/** What is so in place of what is expected; `undefined`: that is so. */
export function findFault(
  condition: MomentCondition,
  replicas: readonly LookedAt[],
): string | undefined {
  if (replicas.length === 0) return "no server runs";
  for (const { name, server } of replicas) if (server === undefined) return `${name} does not run`;
  if (condition.type === "equal") return differenceOf(replicas);
  for (const replica of replicas) {
    const fault = faultOf(condition, replica);
    if (fault !== undefined) return `${replica.name} ${fault}`;
  }
}

function faultOf(condition: Exclude<MomentCondition, { type: "equal" }>, replica: LookedAt) {
  const { server, store } = replica;
  switch (condition.type) {
    case "ready":
      return server!.actors.ready ? undefined : "is not";
    case "unrepaired": {
      const { repairs } = server!.actors.stats();
      return repairs === 0 ? undefined : `was brought ${plural(repairs, "entry", "entries")}`;
    }
    case "tombstone": {
      const n = find(store!, condition.key);
      const isHeld = n !== noEntry && store!.isDeleted(n);
      if (isHeld === condition.isHeld) return undefined;
      return isHeld ? "holds one" : "holds none";
    }
    case "value": {
      const value = shownValue(replica, find(store!, condition.key));
      return value === condition.value ? undefined : `shows ${valueWords(value)}`;
    }
  }
}

/** A key that two replicas do not show alike. */
function differenceOf(replicas: readonly LookedAt[]): string | undefined {
  const [first, ...others] = replicas.map((replica) => ({ ...replica, shown: shownBy(replica) }));
  for (const other of others) {
    for (const key of new Set([...first.shown.keys(), ...other.shown.keys()])) {
      const [a, b] = [first.shown.get(key) ?? null, other.shown.get(key) ?? null];
      if (a === b) continue;
      return `of ${shown(key)}, ${first.name} shows ${valueWords(a)} and ${other.name} ${
        valueWords(b)
      }`;
    }
  }
}

/** All that a replica shows, by key. */
function shownBy(replica: LookedAt): Map<string, string> {
  const values = new Map<string, string>();
  for (const { key } of heldEntries(replica.store!)) {
    const text = textOfChars(key);
    const value = shownValue(replica, find(replica.store!, text));
    if (value !== null) values.set(text, value);
  }
  return values;
}

function find(store: Store, key: string): number {
  const bytes = new TextEncoder().encode(key);
  return store.find(bytes, 0, bytes.length);
}

/** What a client would be told now. */
function shownValue({ server, store }: LookedAt, n: number): string | null {
  if (n === noEntry) return null;
  const expiresAt = store!.expiresAtOf(n);
  if (expiresAt !== noExpiry && expiresAt <= server!.environment.now()) return null;
  const value = store!.valueOf(n);
  return value && new TextDecoder().decode(value);
}

function valueWords(value: string | null): string {
  return value === null ? "nothing" : shown(value);
}
