import { constantReply } from "../wire/reply_writer.ts";
import { bytesOf } from "./arguments.ts";
import type { Command, CommandCall } from "./command.ts";
import { CommandError } from "./errors.ts";
import type { Session } from "./session.ts";
import { Subscription } from "./subscription.ts";

const common = { group: "pubsub", flags: ["pubsub", "noscript", "loading", "stale"] } as const;

/** The commands that begin and end subscriptions. */
export const subscribingCommands: readonly Command[] = [
  {
    ...common,
    name: "subscribe",
    arity: -2,
    summary: "Be told of changes on channels of keys",
    since: "2.0.0",
    execute: (call) => subscribe(call, "subscribe"),
  },
  {
    ...common,
    name: "psubscribe",
    arity: -2,
    summary: "Be told of changes on channels of keys that match patterns",
    since: "2.0.0",
    execute: (call) => subscribe(call, "psubscribe"),
  },
  {
    ...common,
    name: "unsubscribe",
    arity: -1,
    summary: "Be told no more what SUBSCRIBE asked for",
    since: "2.0.0",
    execute: (call) => unsubscribe(call, "unsubscribe"),
  },
  {
    ...common,
    name: "punsubscribe",
    arity: -1,
    summary: "Be told no more what PSUBSCRIBE asked for",
    since: "2.0.0",
    execute: (call) => unsubscribe(call, "punsubscribe"),
  },
];

/** The commands that a subscriber may send in version 2 of the protocol, which has no messages beside replies. */
const allowed = [...subscribingCommands.map(({ name }) => name), "ping", "quit", "reset"];

/** @throws {CommandError} when a client that speaks version 2 has subscriptions, and may not send the command. */
export function expectNoSubscriber(session: Session, { name }: Command): void {
  if (session.version === 3 || session.subscriptionCount === 0 || allowed.includes(name)) return;
  throw new CommandError(
    `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are ` +
      "allowed in this context",
  );
}

/** Ends all subscriptions of a client, without telling it. */
export function endSubscriptions({ feed, session }: Pick<CommandCall, "feed" | "session">): void {
  for (const subscriptions of [session.channels, session.patterns]) {
    for (const subscription of subscriptions.values()) feed.unsubscribe(subscription);
    subscriptions.clear();
  }
}

function subscribe(call: CommandCall, command: "subscribe" | "psubscribe"): void {
  const { args, feed, session } = call;
  const isPattern = command === "psubscribe";
  const known = isPattern ? session.patterns : session.channels;
  const added = new Map<string, Subscription>();
  for (let i = 1; i < args.count; i++) {
    const name = nameOf(bytesOf(args, i));
    if (known.has(name) || added.has(name)) continue;
    added.set(name, new Subscription(bytesOf(args, i).slice(), isPattern));
  }
  feed.subscribe(session, [...added.values()]);
  for (let i = 1; i < args.count; i++) {
    const name = nameOf(bytesOf(args, i));
    if (!known.has(name)) known.set(name, added.get(name)!);
    writeCount(call, command, bytesOf(args, i));
  }
}

function unsubscribe(call: CommandCall, command: "unsubscribe" | "punsubscribe"): void {
  const { args, feed, session } = call;
  const known = command === "punsubscribe" ? session.patterns : session.channels;
  const end = (bytes: Uint8Array) => {
    const name = nameOf(bytes);
    const subscription = known.get(name);
    if (subscription !== undefined) feed.unsubscribe(subscription);
    known.delete(name);
    writeCount(call, command, bytes);
  };
  for (let i = 1; i < args.count; i++) end(bytesOf(args, i));
  if (args.count > 1) return;
  if (known.size === 0) writeCount(call, command, undefined);
  for (const { name } of [...known.values()]) end(name);
}

/** The bytes of a name, each as a character. */
function nameOf(bytes: Uint8Array): string {
  let name = "";
  for (const byte of bytes) name += String.fromCharCode(byte);
  return name;
}

const replies = {
  subscribe: constantReply("$9\r\nsubscribe\r\n"),
  psubscribe: constantReply("$10\r\npsubscribe\r\n"),
  unsubscribe: constantReply("$11\r\nunsubscribe\r\n"),
  punsubscribe: constantReply("$12\r\npunsubscribe\r\n"),
};

/** Appends how many subscriptions the client has now. */
function writeCount(
  { reply, session }: CommandCall,
  command: keyof typeof replies,
  name: Uint8Array | undefined,
): void {
  reply.pushHeader(3);
  reply.constant(replies[command]);
  if (name === undefined) reply.nil();
  else reply.bulk(name);
  reply.integer(session.subscriptionCount);
}
