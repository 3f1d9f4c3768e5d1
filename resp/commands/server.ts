import { patternOf, textOf } from "./arguments.ts";
import { type Command, type CommandCall, subcommandsOf } from "./command.ts";
import { CommandError } from "./errors.ts";
import { flushCommands } from "./flush.ts";
import type { Glob } from "./glob.ts";
import { respLimits, wireLimits } from "../../limits.ts";

/** The version of Redis whose commands these are. */
export const redisVersion = "7.0.0";

const encoder = new TextEncoder();

/** The commands about the server, `COMMAND` aside. */
export const serverCommands: readonly Command[] = [
  {
    name: "dbsize",
    arity: 1,
    group: "server",
    summary: "Return the number of keys",
    since: "1.0.0",
    flags: ["readonly", "fast"],
    categories: ["@keyspace"],
    tips: ["request_policy:all_shards", "response_policy:agg_sum"],
    execute: ({ keyspace, reply }) => reply.integer(keyspace.size),
  },
  {
    name: "time",
    arity: 1,
    group: "server",
    summary: "Return the server's time: seconds and microseconds",
    since: "2.6.0",
    flags: ["loading", "stale", "fast"],
    tips: ["nondeterministic_output"],
    execute({ host, reply }) {
      const nowMs = host.now();
      reply.arrayHeader(2);
      reply.bulkText(String(Math.floor(nowMs / 1_000)));
      reply.bulkText(String((nowMs % 1_000) * 1_000));
    },
  },
  {
    name: "info",
    arity: -1,
    group: "server",
    summary: "Tell figures of the server",
    since: "1.0.0",
    flags: ["loading", "stale"],
    categories: ["@dangerous"],
    tips: [
      "nondeterministic_output",
      "request_policy:all_shards",
      "response_policy:special",
    ],
    execute: info,
  },
  {
    name: "config",
    arity: -2,
    group: "server",
    summary: "A container for commands on the configuration",
    since: "2.0.0",
    flags: [],
    subcommands: subcommandsOf("config", [{
      name: "config|get",
      arity: -3,
      group: "server",
      summary: "Tell parameters whose names match",
      since: "2.0.0",
      flags: ["admin", "noscript", "loading", "stale"],
      execute: configGet,
    }]),
  },
  {
    name: "acl",
    arity: -2,
    group: "server",
    summary: "A container for commands on access lists",
    since: "6.0.0",
    flags: [],
    categories: ["@slow"],
    subcommands: subcommandsOf("acl", [{
      name: "acl|whoami",
      arity: 2,
      group: "server",
      summary: "Return the name of the user: that of its token",
      since: "6.0.0",
      flags: ["noscript", "loading", "stale"],
      execute: ({ reply, session }) => reply.bulkText(session.user),
    }]),
  },
  ...flushCommands,
];

/** Sections of INFO, and the figures in each. */
function sections(call: CommandCall): Record<string, object> {
  const all = allSections(call);
  if (call.session.admission?.rights?.world === undefined) return all;
  // The others tell of keys, and of clients, that this one is not to know of.
  const { Server, Replication, Cluster, Keyspace } = all;
  return { Server, Replication, Cluster, Keyspace };
}

function allSections({ counts, host, keyspace }: CommandCall): Record<string, object> {
  const figures = host.figures();
  const uptime = Math.floor(figures.uptimeMs / 1_000);
  const keys = keyspace.size;
  return {
    Server: {
      redis_version: redisVersion,
      redis_mode: "standalone",
      arch_bits: 64,
      uptime_in_seconds: uptime,
      uptime_in_days: Math.floor(uptime / 86_400),
      cmud_version: figures.version,
    },
    Clients: { connected_clients: figures.connections, blocked_clients: 0 },
    Memory: { used_memory: figures.memoryBytes, maxmemory: maxMemory(figures.memoryMaxBytes) },
    Persistence: {
      loading: 0,
      rdb_bgsave_in_progress: 0,
      aof_enabled: figures.disk === "none" ? 0 : 1,
      aof_rewrite_in_progress: 0,
      aof_last_write_status: figures.disk === "refusing" ? "err" : "ok",
    },
    Stats: {
      total_connections_received: counts.sessions,
      total_commands_processed: counts.commands,
      keyspace_hits: counts.hits,
      keyspace_misses: counts.misses,
    },
    Replication: { role: "master", connected_slaves: 0 },
    Cluster: { cluster_enabled: 0 },
    Keyspace: keys === 0 ? {} : { db0: `keys=${keys},expires=${keyspace.expiring},avg_ttl=0` },
  };
}

/** 0 stands for no bound. */
function maxMemory(bytes: number): number {
  return bytes === Infinity ? 0 : bytes;
}

function info(call: CommandCall): void {
  const asked = new Set<string>();
  for (let i = 1; i < call.args.count; i++) asked.add(textOf(call, i).toLowerCase());
  const isAll = asked.size === 0 || ["all", "default", "everything"].some((all) => asked.has(all));
  const texts: string[] = [];
  for (const [name, figures] of Object.entries(sections(call))) {
    if (!isAll && !asked.has(name.toLowerCase())) continue;
    const lines = Object.entries(figures).map(([figure, value]) => `${figure}:${value}\r\n`);
    texts.push(`# ${name}\r\n${lines.join("")}`);
  }
  call.reply.verbatim(texts.join("\r\n"));
}

/** Parameters of Redis's configuration that clients ask for, as far as they have a meaning here. */
function parameters({ host }: CommandCall): Record<string, string> {
  const figures = host.figures();
  return {
    appendonly: figures.disk === "none" ? "no" : "yes",
    databases: "1",
    maxclients: String(host.limits.connectionsMax),
    maxmemory: String(maxMemory(figures.memoryMaxBytes)),
    "maxmemory-policy": "noeviction",
    "proto-max-bulk-len": String(wireLimits.valueBytesMax),
    save: "",
  };
}

function configGet(call: CommandCall): void {
  const { args, reply } = call;
  if (args.count - 2 > respLimits.patternsMax) {
    throw new CommandError(`ERR too many patterns, allowed are ${respLimits.patternsMax}`);
  }
  const globs: Glob[] = [];
  for (let i = 2; i < args.count; i++) globs.push(patternOf(call, i, lowerCase));
  const found = Object.entries(parameters(call)).filter(([name]) => {
    const bytes = encoder.encode(name);
    return globs.some((glob) => glob.matches(bytes, 0, bytes.length));
  });
  reply.mapHeader(found.length);
  for (const [name, value] of found) {
    reply.bulkText(name);
    reply.bulkText(value);
  }
}

function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
