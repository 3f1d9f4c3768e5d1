import type { Client } from "../../kvclient/mod.ts";
import type { Console } from "../cli/console.ts";

/** Where the queries of `kv` and of its shell go, and where their results do. */
export interface KvSession {
  readonly client: Client;
  readonly console: Console;
  readonly format: EntryFormat;
  /** Whether of entries the keys alone are printed. */
  readonly keysOnly?: boolean;
  /** Ends what is going on. */
  readonly signal?: AbortSignal;
}

/**
 * How entries are printed: `lines` for people and simple tools, `json` as one object per line, `raw`
 * byte for byte.
 */
export type EntryFormat = "lines" | "json" | "raw";
