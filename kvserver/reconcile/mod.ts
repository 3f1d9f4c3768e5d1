/**
 * Finds what two replicas do not have in common, by messages that cost little where they are equal. It
 * knows neither actors nor the network: a message goes in, and what is to be sent comes out.
 *
 * ```ts
 * import { beginComparison, Reply } from "./mod.ts";
 * import { Store } from "../store/mod.ts";
 *
 * const [mine, yours] = [new Store(), new Store()];
 * const begin = beginComparison(mine, { low: 1, high: 2 }, true);
 * const reply = new Reply(yours, begin, { messageBytesMax: 1000, entriesBytesMax: 1000 });
 * while (!reply.work(100));
 * if (reply.result.message !== undefined) throw new Error("they differ");
 * ```
 *
 * @module
 */

export { beginComparison, Reply, type ReplyOptions, type ReplyResult } from "./comparison.ts";
export type { Salt } from "./fingerprint.ts";
export { readRangeMessage } from "./range_message.ts";
