import type { Client } from "../kvclient/mod.ts";
import { pause, realEnvironment, RpcError } from "../rpc/mod.ts";

/** How Puts are made. */
export interface VisibilityOptions {
  /** Rounds of Puts, each at another query actor than the one before. */
  rounds: number;
  /** From the beginning of one round to that of the next. */
  everyMs: number;
  /** When the Puts of a round are made, from its beginning on. Default: one Put. */
  atMs?: readonly number[];
  /** A Put that takes longer to show is an error. */
  timeoutMs: number;
  /** Whether a Put that is `overloaded` is left out, instead of being an error. Default: no. */
  mayBeRefused?: boolean;
}

/** Times from a Put's request until those who watch are told, in milliseconds. */
export interface Visibility {
  /** On the other query actors of the same server. */
  localMs: number[];
  /** On those of other servers. */
  remoteMs: number[];
}

const prefix = "visible/";

/** A query actor: its client, its server, and who waits until it shows a key. */
interface Place {
  client: Client;
  server: number;
  waiting: Map<string, (isShown: boolean) => void>;
}

/**
 * Puts keys at each query actor in turn, and watches all others.
 *
 * @param servers by server, a client of each of its query actors
 * @returns the times by the place of the Put in its round.
 */
export async function measureVisibility(
  servers: readonly (readonly Client[])[],
  { rounds, everyMs, atMs = [0], timeoutMs, mayBeRefused = false }: VisibilityOptions,
): Promise<Visibility[]> {
  const places: Place[] = servers.flatMap((clients, server) =>
    clients.map((client) => ({ client, server, waiting: new Map() }))
  );
  const results: Visibility[] = atMs.map(() => ({ localMs: [], remoteMs: [] }));
  const show = async (round: number, turn: number) => {
    await pause(realEnvironment, round * everyMs + atMs[turn]);
    const from = places[round % places.length];
    const key = `${prefix}${round}/${turn}`;
    const startMs = performance.now();
    const others = places.filter((to) => to !== from);
    const shown = others.map(async (to) => {
      if (!await isShown(to, key, timeoutMs)) return;
      const { localMs, remoteMs } = results[turn];
      (to.server === from.server ? localMs : remoteMs).push(performance.now() - startMs);
    });
    const put = from.client.put(key, "yes").catch((error) => {
      const isRefused = mayBeRefused && error instanceof RpcError && error.code === "overloaded";
      if (!isRefused) throw error;
      for (const { waiting } of others) waiting.get(key)?.(false);
    });
    await Promise.all([put, ...shown]);
  };
  const ends = new AbortController();
  const watches = await Promise.all(places.map((place) => watch(place, ends.signal)));
  try {
    await Promise.all(
      Array.from({ length: rounds }, (_, round) => atMs.map((_, turn) => show(round, turn))).flat(),
    );
    return results;
  } finally {
    ends.abort();
    await Promise.all(watches.map(({ ended }) => ended));
  }
}

/** Resolves with the watch of a query actor when that has begun. */
function watch({ client, waiting }: Place, signal: AbortSignal): Promise<{ ended: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const follow = async () => {
      const onState = () => resolve({ ended });
      for await (const { key } of client.watch(prefix, { signal, onState })) {
        waiting.get(key)?.(true);
      }
    };
    const ended = follow().catch((error) => {
      if (!signal.aborted) reject(error);
    });
  });
}

/** Resolves when those who watch a query actor are told of a key, or with false when that is not put. */
function isShown({ waiting }: Place, key: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const cancel = realEnvironment.after(timeoutMs, () => {
      waiting.delete(key);
      reject(new Error(`A Put was not visible everywhere within ${timeoutMs} ms`));
    });
    waiting.set(key, (isShown) => {
      cancel();
      waiting.delete(key);
      resolve(isShown);
    });
  });
}
