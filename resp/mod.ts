/**
 * The Redis protocol: commands in, replies out, RESP2 and RESP3, executed on a `Keyspace`. Knows neither
 * actors nor the store.
 *
 * ```ts
 * import { CommandCutter, commandBounds } from "./mod.ts";
 *
 * const bytes = new TextEncoder().encode("*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n*1\r\n$4\r\nPI");
 * const whole = new CommandCutter(commandBounds).cut(bytes, 0, bytes.length);
 * if (whole !== 22) throw new Error("a half command was taken for a whole one");
 * ```
 *
 * `wire/` is what stands on the wire; `commands/` the commands, each with what `COMMAND` tells of it.
 *
 * @module
 */

export { commandBounds } from "./command_bounds.ts";
export { CommandExecutor, Executed } from "./command_executor.ts";
export { refusalOf } from "./commands/errors.ts";
export { isFrame } from "./is_frame.ts";
export type { CommandCounts, LongReply, ReplyPart } from "./commands/command.ts";
export { commandTable } from "./commands/command_table.ts";
export { CommandError } from "./commands/errors.ts";
export type { ChangeFeed } from "./commands/change_feed.ts";
export { writeInvalidation, writeInvalidationOfAll } from "./commands/invalidation.ts";
export type { KeyEvent } from "./commands/key_events.ts";
export type { CommandHost, Entries, Keyspace, ServerFigures } from "./commands/keyspace.ts";
export { Session, type Tracking } from "./commands/session.ts";
export type { Subscription } from "./commands/subscription.ts";
export { CommandCutter } from "./wire/command_cutter.ts";
export { ReplyWriter } from "./wire/reply_writer.ts";
