/**
 * Doors to the game, for people who have not the program: telnet, and a page in a browser.
 *
 * A `GameHost` plays with hundreds of them over one client of the store. A `TelnetPort` and a `WebPort` bring
 * it connections; it knows of them what a `PlayerConnection` has.
 *
 * ```ts
 * import { silentLogger } from "../../log/mod.ts";
 * import { realEnvironment, tcpTransport } from "../../rpc/mod.ts";
 * import { GameHost, TelnetPort } from "./mod.ts";
 *
 * const entries = new Map<string, string>();
 * const host = new GameHost({
 *   store: {
 *     get: (key) => Promise.resolve(entries.get(key)),
 *     put: (key, value) => Promise.resolve(void entries.set(key, value)),
 *     list: (prefix) =>
 *       Promise.resolve(new Map([...entries].filter(([key]) => key.startsWith(prefix)))),
 *     address: () => "here",
 *     server: () => "here",
 *   },
 *   environment: realEnvironment,
 *   log: silentLogger,
 * });
 * const door = new TelnetPort({
 *   address: "127.0.0.1:0",
 *   keeper: host,
 *   environment: realEnvironment,
 *   transport: tcpTransport,
 *   log: silentLogger,
 * });
 * // Now: telnet 127.0.0.1, and the port of door.address
 * await host.close();
 * await door.close();
 * ```
 *
 * @module
 */

export { GameHost, type GameHostOptions } from "./host/game_host.ts";
export { type NameStore, Owners } from "./names/owners.ts";
export { type AuditRecord, Keeping } from "./rules/keeping.ts";
export { gamePrefixes } from "./rules/game_prefixes.ts";
export { rename, type RenameRefusal, type RenamingStore } from "./rules/rename.ts";
export { announcementsPrefix, type Measure, ruleKeys } from "./rules/rule_keys.ts";
export { TelnetPort } from "./telnet/telnet_port.ts";
export { playPage } from "./web/play_page.ts";
export { WebPort } from "./web/web_port.ts";
