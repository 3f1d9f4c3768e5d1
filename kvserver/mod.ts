/**
 * The server: query actors, each with a full replica of the store and a port of its own.
 *
 * ```ts
 * import { Server } from "./mod.ts";
 *
 * const server = await Server.start({ startPort: 0, queryActorCount: 2 });
 * if (server.queryAddresses.length !== 2) throw new Error("a query actor has no port");
 * await server.close();
 * ```
 *
 * @module
 */

export {
  DataDirectoryError,
  DataDirectoryInUseError,
  type DirectoryOwner,
} from "./disk/data_error.ts";
export { DirectoryLock } from "./disk/directory_lock.ts";
export type { Durability } from "./messages/journal_messages.ts";
export { StoredData } from "./disk/stored_data.ts";
export { isLater, nextOrder, type Order } from "./entry/order.ts";
export { Server } from "./server.ts";
export { addressOfDescription, fetchDescription } from "./server_description.ts";
export { type Entry, type EntryBytes, noValue } from "./entry/entry.ts";
export { noEntry, Store } from "./store/mod.ts";
export { ServerOptionError, type ServerOptions } from "./server_options.ts";
export { ThreadEndedError } from "./worker_thread.ts";
