import { concat, requestFrame } from "../../support/rpc/wire.ts";
import { encoded } from "../../support/resp/redis_socket.ts";

/** What every connection of a flood sends again and again, each time when it is answered. */
export interface Flood {
  readonly name: string;
  readonly request: Uint8Array<ArrayBuffer>;
}

/** Entries that are there: short ones, and such that all together are a long List. */
export const shortKeys = 10_000;
export const longKeys = 10_000;
export const longValue = "v".repeat(950);

/** The key of a short entry. */
export function shortKey(i: number): string {
  return `short/${String(i).padStart(10, "0")}`;
}

/** The key of a long entry. */
export function longKey(i: number): string {
  return `long/${String(i).padStart(10, "0")}`;
}

const keys = (count: number) => Array.from({ length: count }, (_, i) => shortKey(i));

function frames(count: number, method: string, params: (i: number) => unknown[]): Flood["request"] {
  return concat(...Array.from({ length: count }, (_, i) => requestFrame(i, method, params(i))));
}

function command(...words: string[]): Flood["request"] {
  return Uint8Array.from(new TextEncoder().encode(encoded(words)));
}

/** What asks a server for much. */
export const floods: readonly Flood[] = [
  { name: "Get", request: frames(1, "Get", () => [shortKey(1)]) },
  { name: "64 Gets", request: frames(64, "Get", (i) => [shortKey(i)]) },
  { name: "1,000 Gets", request: frames(1_000, "Get", (i) => [shortKey(i)]) },
  { name: "64 Puts", request: frames(64, "Put", (i) => [shortKey(i), "v".repeat(16)]) },
  { name: "Scan of 1 MiB", request: frames(1, "Scan", () => ["long/", null, 10_000]) },
  { name: "List of 9.5 MB", request: frames(1, "List", () => ["long/"]) },
  { name: "MGET of 512 keys", request: command("MGET", ...keys(512)) },
  { name: "MSET of 512 keys", request: command("MSET", ...keys(512).flatMap((key) => [key, "v"])) },
  { name: "KEYS *", request: command("KEYS", "*") },
];
