import { type Client, type ExportedEntry, RpcError, type Value } from "../../kvclient/mod.ts";
import { appLimits } from "../../limits.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { pause } from "../cli/pause.ts";
import { UsageError } from "../cli/usage_error.ts";

/** An entry to be put. */
export interface ImportedEntry {
  readonly key: string;
  /** Absent: the key is to be deleted. */
  readonly value?: Value;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
  readonly order?: ExportedEntry["order"];
  readonly counter?: number;
}

/** How entries are put. */
export interface PutsOptions {
  /** Whether they are taken as they were written, so that they beat nothing that is later. */
  readonly merges: boolean;
  readonly signal?: AbortSignal;
  /** Is told what is wrong with an entry that is left out. */
  onFault(number: number, error: unknown): void;
}

/** What an order looks like in a line of JSON. */
export const allowedOrder = 'allowed is "order":[timestamp,sequence,"uid"]';

/** The puts of entries that come numbered: those in flight, bounded, and the result of the others. */
export class Puts {
  /** Entries that are in the store. */
  done = 0;
  /** Those of them that were there already, or are because the store had later ones. */
  kept = 0;
  /** Those whose entries have expired meanwhile, and were left out. */
  expired = 0;
  /** Those that were left out because something is wrong with them. */
  faults = 0;
  /** The error that stopped all, because every further entry would meet it too. */
  failure: unknown;
  #client: Client;
  #options: PutsOptions;
  /** Numbers of those whose puts are in flight, in order. */
  #open = new Set<number>();
  #chars = 0;
  /** The first one whose put was not acknowledged. */
  #firstMissing = Infinity;
  #onSettled: (() => void) | undefined;

  constructor(client: Client, options: PutsOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** Whether it has stopped. */
  get isOver(): boolean {
    return this.failure !== undefined || this.faults > appLimits.importFaultsMax;
  }

  /** Starts the put of an entry; waits while too many are in flight. */
  async put(number: number, entry: ImportedEntry): Promise<void> {
    const chars = entry.key.length + (entry.value?.length ?? 0);
    while (!this.isOver && !this.#hasRoomFor(chars)) await this.#settled();
    if (this.isOver) return this.#miss(number);
    this.#open.add(number);
    this.#chars += chars;
    this.#store(entry).catch((error) => this.#fail(number, error))
      .finally(() => {
        this.#open.delete(number);
        this.#chars -= chars;
        this.#onSettled?.();
      });
  }

  /** Stores an entry; when the server says that it cannot keep up, later. */
  async #store(entry: ImportedEntry): Promise<void> {
    for (let waitedMs = 0;; waitedMs += appLimits.importPauseMs) {
      try {
        return await this.#storeNow(entry);
      } catch (error) {
        if (!isPassing(error) || waitedMs >= appLimits.importTimeoutMs || this.isOver) throw error;
      }
      await pause(appLimits.importPauseMs, this.#options.signal);
    }
  }

  async #storeNow({ key, value, expiresAt, order, counter }: ImportedEntry): Promise<void> {
    const client = this.#client;
    const options = { timeoutMs: appLimits.importTimeoutMs, signal: this.#options.signal };
    if (this.#options.merges) {
      if (value === undefined || order === undefined) {
        throw new UsageError(`Cannot merge it: found no order, ${allowedOrder}`);
      }
      if (!await client.merge({ key, value, expiresAt, order, counter }, options)) this.kept++;
    } else if (value === undefined) {
      await client.delete(key, options);
    } else {
      const ttlMs = expiresAt === undefined ? undefined : expiresAt - realEnvironment.now();
      if (ttlMs !== undefined && ttlMs < 1) return void this.expired++;
      await client.put(key, value, { ...options, ttlMs });
    }
    this.done++;
  }

  /** Waits for all puts in flight. */
  async end(): Promise<void> {
    while (this.#open.size > 0) await this.#settled();
  }

  /** The number from which on entries may be missing, after a stop. */
  get firstMissing(): number {
    const [firstOpen = Infinity] = this.#open;
    return Math.min(firstOpen, this.#firstMissing);
  }

  /** Leaves one out, and tells why. */
  passOver(number: number, error: unknown): void {
    this.faults++;
    this.#options.onFault(number, error);
  }

  #hasRoomFor(chars: number): boolean {
    return this.#open.size === 0 ||
      (this.#open.size < appLimits.importPutsMax &&
        this.#chars + chars <= appLimits.importCharsMax);
  }

  #settled(): Promise<void> {
    return new Promise((resolve) => this.#onSettled = resolve);
  }

  #fail(number: number, error: unknown): void {
    const isOfLine = error instanceof TypeError || error instanceof RangeError ||
      error instanceof UsageError ||
      (error instanceof RpcError && ["too_large", "bad_request"].includes(error.code));
    if (isOfLine) return this.passOver(number, error);
    this.failure ??= error;
    this.#miss(number);
  }

  #miss(number: number): void {
    this.#firstMissing = Math.min(this.#firstMissing, number);
  }
}

/** Whether a server refuses a Put because it cannot keep up: what fills its memory stays. */
function isPassing(error: unknown): boolean {
  return error instanceof RpcError && error.code === "overloaded" &&
    !/memory is full/.test(error.message);
}
