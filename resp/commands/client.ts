import { integerOf, isOption, option, textOf } from "./arguments.ts";
import { isNameAllowed, nameRefusal } from "./client_name.ts";
import { type Command, type CommandCall, subcommandsOf } from "./command.ts";
import { CommandError, refusals } from "./errors.ts";
import type { Session } from "./session.ts";
import { trackingSubcommands } from "./tracking.ts";

const options = {
  id: option("ID"),
  type: option("TYPE"),
  on: option("ON"),
  off: option("OFF"),
  skip: option("SKIP"),
  libraryName: option("LIB-NAME"),
  libraryVersion: option("LIB-VER"),
};

/** The kinds of clients that Redis knows; here none is a server. */
const clientTypes = ["normal", "master", "replica", "slave", "pubsub"];

const common = { group: "connection", flags: ["noscript", "loading", "stale"] } as const;
const admin = { group: "connection", flags: ["admin", "noscript", "loading", "stale"] } as const;

const subcommands: readonly Command[] = [
  {
    ...common,
    name: "client|id",
    arity: 2,
    summary: "Return the id of the connection",
    since: "5.0.0",
    execute: ({ reply, session }) => reply.integer(session.id),
  },
  {
    ...common,
    name: "client|getname",
    arity: 2,
    summary: "Return the name of the connection",
    since: "2.6.9",
    execute({ reply, session }) {
      if (session.name === "") reply.nil();
      else reply.bulkText(session.name);
    },
  },
  {
    ...common,
    name: "client|setname",
    arity: 3,
    summary: "Give the connection a name",
    since: "2.6.9",
    execute(call) {
      call.session.name = allowedName(call, 2, nameRefusal);
      call.reply.ok();
    },
  },
  {
    ...common,
    name: "client|setinfo",
    arity: 4,
    summary: "Tell the name or the version of the client's library",
    since: "7.2.0",
    execute(call) {
      const refusal = (name: string) =>
        `ERR ${name} cannot contain spaces, newlines or special characters.`;
      if (isOption(call, 2, options.libraryName)) {
        call.session.libraryName = allowedName(call, 3, refusal("lib-name"));
      } else if (isOption(call, 2, options.libraryVersion)) {
        call.session.libraryVersion = allowedName(call, 3, refusal("lib-ver"));
      } else throw new CommandError(`ERR Unrecognized option '${textOf(call, 2)}'`);
      call.reply.ok();
    },
  },
  {
    ...common,
    name: "client|info",
    arity: 2,
    summary: "Describe the connection",
    since: "6.2.0",
    tips: ["nondeterministic_output"],
    execute: (call) => call.reply.verbatim(lineOf(call, call.session) + "\n"),
  },
  {
    ...admin,
    name: "client|list",
    arity: -2,
    summary: "Describe the connections of this port",
    since: "2.4.0",
    tips: ["nondeterministic_output"],
    execute: list,
  },
  {
    ...admin,
    name: "client|no-evict",
    arity: 3,
    summary: "Accepted, and changes nothing",
    since: "7.0.0",
    execute(call) {
      call.session.isSparedEviction = isOn(call, 2);
      call.reply.ok();
    },
  },
  {
    ...common,
    name: "client|no-touch",
    arity: 3,
    summary: "Accepted, and changes nothing: no use of keys is noted",
    since: "7.2.0",
    execute(call) {
      call.session.touchesNothing = isOn(call, 2);
      call.reply.ok();
    },
  },
  {
    ...common,
    name: "client|reply",
    arity: 3,
    summary: "Choose which commands are replied to",
    since: "3.2.0",
    execute(call) {
      const { reply, session } = call;
      if (isOption(call, 2, options.on)) {
        session.replies = "all";
        reply.ok();
      } else if (isOption(call, 2, options.off)) session.replies = "none";
      else if (!isOption(call, 2, options.skip)) throw new CommandError(refusals.syntax);
      else if (session.replies !== "none") session.replies = "skip";
    },
  },
  ...trackingSubcommands,
];

/** `CLIENT`. */
export const clientCommand: Command = {
  name: "client",
  arity: -2,
  group: "connection",
  summary: "A container for commands on connections",
  since: "2.4.0",
  flags: [],
  categories: [],
  subcommands: subcommandsOf("client", subcommands),
};

/** @throws {CommandError} with the refusal when argument `i` cannot be a name. */
function allowedName(call: CommandCall, i: number, refusal: string): string {
  const name = textOf(call, i);
  if (!isNameAllowed(name)) throw new CommandError(refusal);
  return name;
}

/** @throws {CommandError} when argument `i` is neither `ON` nor `OFF`. */
function isOn(call: CommandCall, i: number): boolean {
  if (isOption(call, i, options.on)) return true;
  if (isOption(call, i, options.off)) return false;
  throw new CommandError(refusals.syntax);
}

function list(call: CommandCall): void {
  const { args, reply, sessions } = call;
  let shown: Iterable<Session> = sessions.values();
  if (args.count === 4 && isOption(call, 2, options.type)) {
    const type = textOf(call, 3);
    if (!clientTypes.includes(type.toLowerCase())) {
      throw new CommandError(`ERR Unknown client type '${type}'`);
    }
    const isOfType = (session: Session) => typeOf(session) === type.toLowerCase();
    shown = [...sessions.values()].filter(isOfType);
  } else if (args.count > 3 && isOption(call, 2, options.id)) {
    const ids = new Set<number>();
    for (let i = 3; i < args.count; i++) ids.add(integerOf(call, i, "ERR Invalid client ID"));
    shown = [...ids].map((id) => sessions.get(id)).filter((found) => found !== undefined);
  } else if (args.count !== 2) throw new CommandError(refusals.syntax);
  let lines = "";
  for (const session of shown) lines += lineOf(call, session) + "\n";
  reply.verbatim(lines);
}

/** What Redis calls a client that is told of messages, and any other. */
function typeOf({ subscriptionCount }: Session): string {
  return subscriptionCount > 0 ? "pubsub" : "normal";
}

function flagsOf(
  { subscriptionCount, tracking, isSparedEviction, touchesNothing }: Session,
): string {
  const flags = [
    subscriptionCount > 0 ? "P" : "",
    tracking !== undefined ? "t" : "",
    tracking?.prefixes !== undefined ? "B" : "",
    isSparedEviction ? "e" : "",
    touchesNothing ? "T" : "",
  ];
  return flags.join("") || "N";
}

function lineOf({ host }: CommandCall, session: Session): string {
  const nowMs = host.monotonicMs();
  const seconds = (sinceMs: number) => Math.floor((nowMs - sinceMs) / 1_000);
  return Object.entries({
    id: session.id,
    addr: session.peer,
    laddr: session.local,
    name: session.name,
    age: seconds(session.startedMs),
    idle: seconds(session.lastMs),
    flags: flagsOf(session),
    db: 0,
    sub: session.channels.size,
    psub: session.patterns.size,
    ssub: 0,
    multi: -1,
    cmd: session.lastCommand === "" ? "NULL" : session.lastCommand,
    user: session.user,
    redir: session.tracking === undefined ? -1 : 0,
    resp: session.version,
    "lib-name": session.libraryName,
    "lib-ver": session.libraryVersion,
  }).map(([name, value]) => `${name}=${value}`).join(" ");
}
