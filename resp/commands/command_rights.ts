import type { Need } from "../../access/mod.ts";
import type { Command, CommandCall } from "./command.ts";
import { CommandError, refusals } from "./errors.ts";

/** Before a client has authenticated it may send these. */
const forAll = ["ping", "auth", "hello", "quit"];

/** Redis says of these only that they write. */
const forAdmins = ["flushall", "flushdb"];

/** What a command asks of its client, by what `COMMAND` tells of it. */
export function needOf({ name, flags }: Command): Need {
  if (forAll.includes(name)) return "nothing";
  if (forAdmins.includes(name) || flags.includes("admin")) return "admin";
  return flags.includes("write") ? "write" : "read";
}

/** @throws {CommandError} unless the client may send the command, with these keys. */
export function expectCommandAllowed({ args, session }: CommandCall, command: Command): void {
  const { admission } = session;
  if (admission === undefined) return;
  const need = needOf(command);
  const { rights } = admission;
  if (admission.refusal(need) !== undefined) {
    throw new CommandError(
      rights === undefined ? refusals.noToken : refusals.noCommand(command.name),
    );
  }
  if (rights?.world === undefined || command.keys === undefined) return;
  const { first, last, step } = command.keys;
  const end = last < 0 ? args.count + last : last;
  for (let i = first; i <= end && i < args.count; i += step) {
    if (!rights.world.covers(args.bytes, args.start(i), args.end(i))) {
      throw new CommandError(refusals.noKey);
    }
  }
}
