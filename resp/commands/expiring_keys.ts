import { expireArgument, findEntry, readEntry } from "./arguments.ts";
import type { Command, CommandCall } from "./command.ts";
import { expiresAtOf, ExpiryCondition, type ExpiryUnit, ttlMsOf, units } from "./expiry.ts";
import { noEntry, noExpiry } from "./keyspace.ts";

/** The commands on the expiries of keys. */
export const expiryCommands: readonly Command[] = [
  expire("expire", "Set the seconds after which a key expires", "1.0.0", units.EX),
  expire("pexpire", "Set the milliseconds after which a key expires", "2.6.0", units.PX),
  expire("expireat", "Set the second of the epoch at which a key expires", "1.2.0", units.EXAT),
  expire(
    "pexpireat",
    "Set the millisecond of the epoch at which a key expires",
    "2.6.0",
    units.PXAT,
  ),
  {
    name: "persist",
    arity: 2,
    group: "generic",
    summary: "Take the expiry of a key away",
    since: "2.2.0",
    flags: ["write", "fast"],
    keys: { first: 1, last: 1, step: 1, access: ["RW", "update"] },
    execute(call) {
      const n = findEntry(call, 1);
      const expires = n !== noEntry && call.keyspace.entries.expiresAtOf(n) !== noExpiry;
      if (expires) expireArgument(call, 1, noExpiry);
      call.reply.integer(expires ? 1 : 0);
    },
  },
  tell(
    "ttl",
    "Tell the seconds after which a key expires",
    "1.0.0",
    (call, n) => seconds(ttlMsOf(call, n)),
  ),
  tell("pttl", "Tell the milliseconds after which a key expires", "2.6.0", ttlMsOf),
  tell(
    "expiretime",
    "Tell the second of the epoch at which a key expires",
    "7.0.0",
    ({ keyspace }, n) => seconds(keyspace.entries.expiresAtOf(n)),
  ),
  tell(
    "pexpiretime",
    "Tell the millisecond of the epoch at which a key expires",
    "7.0.0",
    ({ keyspace }, n) => keyspace.entries.expiresAtOf(n),
  ),
];

function expire(name: string, summary: string, since: string, unit: ExpiryUnit): Command {
  return {
    name,
    arity: -3,
    group: "generic",
    summary,
    since,
    flags: ["write", "fast"],
    keys: { first: 1, last: 1, step: 1, access: ["RW", "update"] },
    execute(call) {
      const { keyspace, reply } = call;
      const condition = new ExpiryCondition(call, 3);
      const expiresAt = expiresAtOf(call, 2, unit, name, false);
      const n = findEntry(call, 1);
      const isSet = n !== noEntry && condition.allows(keyspace.entries.expiresAtOf(n), expiresAt);
      // A time before the epoch has passed, as any before now.
      if (isSet) expireArgument(call, 1, Math.max(1, expiresAt));
      reply.integer(isSet ? 1 : 0);
    },
  };
}

function tell(
  name: string,
  summary: string,
  since: string,
  figure: (call: CommandCall, n: number) => number,
): Command {
  const isRelative = name.endsWith("ttl");
  return {
    name,
    arity: 2,
    group: "generic",
    summary,
    since,
    flags: ["readonly", "fast"],
    tips: isRelative ? ["nondeterministic_output"] : [],
    keys: { first: 1, last: 1, step: 1, access: ["RO", "access"] },
    execute(call) {
      const n = readEntry(call, 1);
      if (n === noEntry) call.reply.integer(-2);
      else if (call.keyspace.entries.expiresAtOf(n) === noExpiry) call.reply.integer(-1);
      else call.reply.integer(figure(call, n));
    },
  };
}

/** Rounded, as in Redis. */
function seconds(ms: number): number {
  return Math.floor((ms + 500) / 1_000);
}
