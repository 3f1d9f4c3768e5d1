import { bytesOf, integerOf, isOption, option, textOf } from "./arguments.ts";
import { isNameAllowed, nameRefusal } from "./client_name.ts";
import type { Command, CommandCall } from "./command.ts";
import { CommandError, refusals, wrongArity } from "./errors.ts";
import { redisVersion } from "./server.ts";
import { endSubscriptions } from "./subscribing.ts";
import { endTracking } from "./tracking.ts";
import { constantReply } from "../wire/reply_writer.ts";

const options = { auth: option("AUTH"), setName: option("SETNAME"), default: option("default") };

const pong = constantReply("+PONG\r\n");
const pongMessage = constantReply("$4\r\npong\r\n");
const resetReply = constantReply("+RESET\r\n");

/** The flags of commands that Redis executes at any time, even before a client has authenticated. */
const early = ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"];

/** The commands about a connection, `CLIENT` aside. */
export const connectionCommands: readonly Command[] = [
  {
    name: "ping",
    arity: -1,
    group: "connection",
    summary: "Ping the server",
    since: "1.0.0",
    flags: ["fast"],
    tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
    execute(call) {
      const { args, reply, session } = call;
      if (args.count > 2) wrongArity("ping");
      if (session.version === 2 && session.subscriptionCount > 0) {
        // A subscriber reads messages, and tells what it asked for by them.
        reply.arrayHeader(2);
        reply.constant(pongMessage);
        if (args.count === 1) reply.bulkText("");
        else reply.bulk(args.bytes, args.start(1), args.end(1));
      } else if (args.count === 1) reply.constant(pong);
      else reply.bulk(args.bytes, args.start(1), args.end(1));
    },
  },
  {
    name: "echo",
    arity: 2,
    group: "connection",
    summary: "Echo the given string",
    since: "1.0.0",
    flags: ["loading", "stale", "fast"],
    execute: ({ args, reply }) => reply.bulk(args.bytes, args.start(1), args.end(1)),
  },
  {
    name: "hello",
    arity: -1,
    group: "connection",
    summary: "Choose the version of the protocol",
    since: "6.0.0",
    flags: early,
    execute: hello,
  },
  {
    name: "auth",
    arity: -2,
    group: "connection",
    summary: "Authenticate to the server",
    since: "1.0.0",
    flags: early,
    execute: auth,
  },
  {
    name: "select",
    arity: 2,
    group: "connection",
    summary: "Choose the database: there is only 0",
    since: "1.0.0",
    flags: ["loading", "stale", "fast"],
    execute(call) {
      const index = integerOf(call, 1);
      if (index !== (index | 0)) {
        throw new CommandError(
          "ERR value is out of range, value must between -2147483648 and 2147483647",
        );
      }
      if (index !== 0) throw new CommandError("ERR DB index is out of range");
      call.reply.ok();
    },
  },
  {
    name: "quit",
    arity: -1,
    group: "connection",
    summary: "Close the connection",
    since: "1.0.0",
    flags: early,
    execute({ reply, session }) {
      reply.ok();
      session.hasQuit = true;
    },
  },
  {
    name: "reset",
    arity: 1,
    group: "connection",
    summary: "Make the connection as it was when it began",
    since: "6.2.0",
    flags: early,
    execute(call) {
      endSubscriptions(call);
      endTracking(call);
      call.session.reset();
      call.reply.constant(resetReply);
    },
  },
];

/** Where nobody is asked for a token, nobody needs one: there is the user `default`, with any. */
function auth(call: CommandCall): void {
  const { args: { count }, session } = call;
  if (count > 3) throw new CommandError(refusals.syntax);
  if (count === 2 && session.admission === undefined) {
    throw new CommandError(
      "ERR AUTH <password> called without any password configured for the default user. " +
        "Are you sure your configuration is correct?",
    );
  }
  showToken(call, count === 2 ? undefined : 1, count - 1);
  call.reply.ok();
}

/**
 * Shows the token that is argument `token`.
 *
 * @param user the argument that names its user: the token's name, or `default` for any
 * @throws {CommandError} when it is wrong; the last one of too many ends the connection.
 */
function showToken(call: CommandCall, user: number | undefined, token: number): void {
  const { session } = call;
  const name = user === undefined || isDefault(call, user) ? undefined : textOf(call, user);
  const isKnown = session.admission === undefined
    ? name === undefined
    : session.admission.show(textOf(call, token), name);
  if (isKnown) return;
  const { isBarred = false, waitMs = 0, tokenRefusal } = session.admission ?? {};
  if (isBarred) session.hasQuit = true;
  throw new CommandError(waitMs > 0 ? `WRONGPASS ${tokenRefusal}` : refusals.wrongToken);
}

function isDefault({ args }: CommandCall, i: number): boolean {
  const name = bytesOf(args, i);
  return name.length === options.default.length &&
    name.every((byte, at) => byte === options.default[at]);
}

function hello(call: CommandCall): void {
  const { args, reply, session } = call;
  const version = args.count === 1 ? session.version : integerOf(
    call,
    1,
    "ERR Protocol version is not an integer or out of range",
  );
  if (version !== 2 && version !== 3) {
    throw new CommandError("NOPROTO unsupported protocol version");
  }
  let name: string | undefined;
  for (let i = 2; i < args.count; i++) {
    const more = args.count - 1 - i;
    if (more >= 2 && isOption(call, i, options.auth)) {
      showToken(call, i + 1, i + 2);
      i += 2;
    } else if (more >= 1 && isOption(call, i, options.setName)) {
      name = textOf(call, i + 1);
      if (!isNameAllowed(name)) throw new CommandError(nameRefusal);
      i++;
    } else throw new CommandError(`ERR Syntax error in HELLO option '${textOf(call, i)}'`);
  }
  const { admission } = session;
  if (admission !== undefined && admission.rights === undefined) {
    throw new CommandError(
      "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> " +
        "AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol " +
        "version at the same time",
    );
  }
  if (name !== undefined) session.name = name;
  session.version = reply.version = version;
  reply.mapHeader(7);
  reply.bulkText("server");
  reply.bulkText("redis");
  reply.bulkText("version");
  reply.bulkText(redisVersion);
  reply.bulkText("proto");
  reply.integer(version);
  reply.bulkText("id");
  reply.integer(session.id);
  reply.bulkText("mode");
  reply.bulkText("standalone");
  reply.bulkText("role");
  reply.bulkText("master");
  reply.bulkText("modules");
  reply.arrayHeader(0);
}
