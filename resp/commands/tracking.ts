import { respLimits, wireLimits } from "../../limits.ts";
import { compareBytes } from "../../rpc/mod.ts";
import { startAlike } from "../wire/bytes.ts";
import { bytesOf, integerOf, isOption, option } from "./arguments.ts";
import type { Session, Tracking } from "./session.ts";
import type { Command, CommandCall } from "./command.ts";
import { CommandError, refusals } from "./errors.ts";

const options = {
  on: option("ON"),
  off: option("OFF"),
  yes: option("YES"),
  no: option("NO"),
  redirect: option("REDIRECT"),
  broadcast: option("BCAST"),
  prefix: option("PREFIX"),
  optIn: option("OPTIN"),
  optOut: option("OPTOUT"),
  noLoop: option("NOLOOP"),
};

const common = { group: "connection", flags: ["noscript", "loading", "stale"] } as const;

/** The subcommands of `CLIENT` about copies that clients keep of what they have read. */
export const trackingSubcommands: readonly Command[] = [
  {
    ...common,
    name: "client|tracking",
    arity: -3,
    summary: "Be told, or no more, which keys change of which the client keeps copies",
    since: "6.0.0",
    execute(call) {
      const { feed, session } = call;
      const asked = readOptions(call);
      if (isOption(call, 2, options.on)) {
        const tracking = agreed(asked, session.tracking);
        feed.track(session, tracking);
        session.tracking = tracking;
      } else if (isOption(call, 2, options.off)) endTracking(call);
      else throw new CommandError(refusals.syntax);
      call.reply.ok();
    },
  },
  {
    ...common,
    name: "client|caching",
    arity: 3,
    summary: "Say whether the client keeps a copy of what it reads next",
    since: "6.0.0",
    execute(call) {
      const { session } = call;
      const { tracking } = session;
      if (tracking === undefined) {
        throw new CommandError(
          "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT " +
            "mode enabled",
        );
      }
      const [word, mode] = isOption(call, 2, options.yes)
        ? ["YES", "optin"]
        : isOption(call, 2, options.no)
        ? ["NO", "optout"]
        : [];
      if (mode === undefined) throw new CommandError(refusals.syntax);
      if (tracking.reads !== mode) {
        throw new CommandError(
          `ERR CLIENT CACHING ${word} is only valid when tracking is enabled in ${mode.toUpperCase()} mode.`,
        );
      }
      session.isNextExcepted = true;
      call.reply.ok();
    },
  },
  {
    ...common,
    name: "client|getredir",
    arity: 2,
    summary: "Tell to which connection messages are redirected: 0, to none other",
    since: "6.0.0",
    execute: ({ reply, session }) => reply.integer(session.tracking === undefined ? -1 : 0),
  },
  {
    ...common,
    name: "client|trackinginfo",
    arity: 2,
    summary: "Tell in which way the client is told of its copies",
    since: "6.2.0",
    execute({ reply, session: { tracking, isNextExcepted } }) {
      const flags = tracking === undefined ? ["off"] : ["on"];
      if (tracking?.prefixes !== undefined) flags.push("bcast");
      if (tracking !== undefined && tracking.reads !== "all") flags.push(tracking.reads);
      if (isNextExcepted) flags.push(tracking?.reads === "optin" ? "caching-yes" : "caching-no");
      if (tracking?.isNoLoop) flags.push("noloop");
      reply.mapHeader(3);
      reply.bulkText("flags");
      reply.setHeader(flags.length);
      for (const flag of flags) reply.bulkText(flag);
      reply.bulkText("redirect");
      reply.integer(tracking === undefined ? -1 : 0);
      reply.bulkText("prefixes");
      const prefixes = [...tracking?.prefixes ?? []].sort(compareBytes);
      reply.arrayHeader(prefixes.length);
      for (const prefix of prefixes) reply.bulk(prefix);
    },
  },
];

/** Tells a client nothing more of its copies. */
export function endTracking({ feed, session }: Pick<CommandCall, "feed" | "session">): void {
  if (session.tracking === undefined) return;
  feed.untrack(session);
  session.tracking = undefined;
  session.isNextExcepted = false;
}

/** Notes the keys that a command has read, if the client keeps copies of them; to be called behind it. */
export function noteReads({ args, feed, session }: CommandCall, { keys, flags }: Command): void {
  if (keys === undefined || !flags.includes("readonly") || !areReadsNoted(session)) return;
  const last = keys.last < 0 ? args.count + keys.last : keys.last;
  for (let i = keys.first; i <= last; i += keys.step) {
    feed.noteRead(session, args.bytes, args.start(i), args.end(i));
  }
}

/** Whether the client keeps copies of what the command reads that it sends now. */
export function areReadsNoted({ tracking, isNextExcepted }: Session): boolean {
  if (tracking === undefined || tracking.prefixes !== undefined) return false;
  return tracking.reads === "all" || (tracking.reads === "optin") === isNextExcepted;
}

/** The options of a `CLIENT TRACKING`. */
interface AskedTracking {
  isBroadcast: boolean;
  isNoLoop: boolean;
  isOptIn: boolean;
  isOptOut: boolean;
  prefixes: Uint8Array[];
}

/** @throws {CommandError} when they are none. */
function readOptions(call: CommandCall): AskedTracking {
  const { args } = call;
  const asked: AskedTracking = {
    isBroadcast: false,
    isNoLoop: false,
    isOptIn: false,
    isOptOut: false,
    prefixes: [],
  };
  for (let i = 3; i < args.count; i++) {
    const hasMore = i + 1 < args.count;
    if (hasMore && isOption(call, i, options.redirect)) {
      integerOf(call, i + 1);
      throw new CommandError("ERR messages are sent on the connection that asks for them alone");
    } else if (isOption(call, i, options.broadcast)) asked.isBroadcast = true;
    else if (isOption(call, i, options.noLoop)) asked.isNoLoop = true;
    else if (isOption(call, i, options.optIn)) asked.isOptIn = true;
    else if (isOption(call, i, options.optOut)) asked.isOptOut = true;
    else if (hasMore && isOption(call, i, options.prefix)) {
      const prefix = bytesOf(args, ++i).slice();
      const { keyBytesMax } = wireLimits;
      if (prefix.length > keyBytesMax) {
        throw new CommandError(
          `ERR the prefix has ${prefix.length} bytes, allowed are ${keyBytesMax}`,
        );
      }
      asked.prefixes.push(prefix);
    } else throw new CommandError(refusals.syntax);
  }
  return asked;
}

/** What is asked for, on top of what there is. @throws {CommandError} when the two do not go together. */
function agreed(asked: AskedTracking, now: Tracking | undefined): Tracking {
  const { isBroadcast, isOptIn, isOptOut, isNoLoop, prefixes } = asked;
  if (!isBroadcast && prefixes.length > 0) {
    throw new CommandError("ERR PREFIX option requires BCAST mode to be enabled");
  }
  if (now !== undefined && (now.prefixes !== undefined) !== isBroadcast) {
    throw new CommandError(cannotSwitch("BCAST mode on/off"));
  }
  if (isBroadcast && (isOptIn || isOptOut)) {
    throw new CommandError("ERR OPTIN and OPTOUT are not compatible with BCAST");
  }
  if (isOptIn && isOptOut) {
    throw new CommandError("ERR You can't specify both OPTIN mode and OPTOUT mode");
  }
  if ((isOptIn && now?.reads === "optout") || (isOptOut && now?.reads === "optin")) {
    throw new CommandError(cannotSwitch("OPTIN/OPTOUT mode"));
  }
  return {
    prefixes: isBroadcast ? apart(prefixes, now?.prefixes ?? []) : undefined,
    isNoLoop,
    reads: isOptIn ? "optin" : isOptOut ? "optout" : "all",
  };
}

function cannotSwitch(what: string): string {
  return `ERR You can't switch ${what} before disabling tracking for this client, and then re-enabling ` +
    "it with a different mode.";
}

/** The prefixes of a client, with those that are added. @throws {CommandError} when one begins with another. */
function apart(added: readonly Uint8Array[], held: readonly Uint8Array[]): readonly Uint8Array[] {
  const { prefixesMax } = respLimits;
  if (held.length + added.length > prefixesMax) {
    throw new CommandError(
      `ERR there would be ${held.length + added.length} prefixes, allowed are ${prefixesMax}`,
    );
  }
  const inOrder = [...held].sort(compareBytes);
  for (const [i, prefix] of added.entries()) {
    const existing = inOrder.find((other) => startAlike(prefix, other));
    if (existing !== undefined) throw overlapping(prefix, "an existing", existing);
    const another = added.slice(i + 1).find((other) => startAlike(prefix, other));
    if (another !== undefined) throw overlapping(prefix, "another provided", another);
  }
  if (added.length > 0) return [...held, ...added];
  return held.some(({ length }) => length === 0) ? held : [...held, new Uint8Array()];
}

function overlapping(prefix: Uint8Array, which: string, other: Uint8Array): CommandError {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return new CommandError(
    `ERR Prefix '${text(prefix)}' overlaps with ${which} prefix '${
      text(other)
    }'. Prefixes for a single ` +
      "client must not overlap.",
  );
}
