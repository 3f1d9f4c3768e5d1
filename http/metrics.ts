import type { DiskState, ServerStats } from "../kvserver/mod.ts";
import type { MetricFamily, Sample } from "./prometheus_text.ts";
import { type Shown, statsOf } from "./stats_source.ts";
import { unreadiness } from "./readiness.ts";

/** Makes one family of the figures. */
type Family = Omit<MetricFamily, "samples"> & {
  samples(stats: ServerStats): readonly Sample[];
};

const diskStates: readonly DiskState[] = ["none", "ok", "refusing"];

/** The family that shows each figure of `Stats`; a figure that another one's family shows has none. */
const familyOf: Readonly<Record<keyof ServerStats, Family | undefined>> = {
  messagesSent: {
    name: "cmud_messages_sent_total",
    help: "Messages told to actors, by who told them: actors, or what is outside of them.",
    type: "counter",
    samples: ({ messagesSentActor, messagesSentExternal }) => [
      { value: messagesSentActor, labels: { from: "actors" } },
      { value: messagesSentExternal, labels: { from: "outside" } },
    ],
  },
  messagesSentActor: undefined,
  messagesSentExternal: undefined,
  bytesSent: counter("cmud_message_sent_bytes_total", "Bytes of messages told.", "bytesSent"),
  remoteBytesReceived: counter(
    "cmud_peer_received_bytes_total",
    "Bytes of messages that came from other servers.",
    "remoteBytesReceived",
  ),
  channelRefsUsed: counter(
    "cmud_channels_opened_total",
    "Channels for one reply that were opened; each query counts as one.",
    "channelRefsUsed",
  ),
  maxMessageRate: gauge(
    "cmud_message_rate_max",
    "The most messages that any actor sent to any other within one second, since the start.",
    "maxMessageRate",
  ),
  messagesDropped: counter(
    "cmud_messages_dropped_total",
    "Messages whose receiver was gone.",
    "messagesDropped",
  ),
  refusedMessages: counter(
    "cmud_peer_messages_refused_total",
    "Messages of other servers that were refused, each with its connection.",
    "refusedMessages",
  ),
  refusedBy: gauge(
    "cmud_refused_by",
    "Other servers that do not accept this one: its certificate, its token, its cluster or its address.",
    "refusedBy",
  ),
  pendingBytes: gauge(
    "cmud_pending_bytes",
    "Bytes of entries that other servers have not acknowledged, at the most.",
    "pendingBytes",
  ),
  oldestPendingMs: {
    name: "cmud_pending_age_seconds",
    help: "Age of the oldest entry that another server has not acknowledged.",
    type: "gauge",
    samples: ({ oldestPendingMs }) => [{ value: oldestPendingMs / 1_000 }],
  },
  replicaLagMs: {
    name: "cmud_replica_lag_seconds",
    help: "Age of the oldest entry that a query actor of this server has not merged.",
    type: "gauge",
    samples: ({ replicaLagMs }) => [{ value: replicaLagMs / 1_000 }],
  },
  overflows: counter(
    "cmud_overflows_total",
    "How often more waited for another server than may, so that both compare.",
    "overflows",
  ),
  reconcileBytes: counter(
    "cmud_reconcile_bytes_total",
    "Bytes of the messages with which replicas were compared with those of other servers.",
    "reconcileBytes",
  ),
  reconcileRounds: counter(
    "cmud_reconcile_rounds_total",
    "How often such a message was answered.",
    "reconcileRounds",
  ),
  repairs: counter(
    "cmud_repairs_total",
    "Entries that a comparison of replicas had to bring to this server.",
    "repairs",
  ),
  differingMs: {
    name: "cmud_differing_seconds",
    help:
      "For how long two replicas have differed, as far as comparisons have found; 0: they do not.",
    type: "gauge",
    samples: ({ differingMs }) => [{ value: differingMs / 1_000 }],
  },
  keys: gauge("cmud_keys", "Keys that are shown.", "keys"),
  tombstones: gauge(
    "cmud_tombstones",
    "Keys that were deleted or have expired, and are kept until all servers have seen that.",
    "tombstones",
  ),
  memoryBytes: gauge("cmud_memory_bytes", "Memory that is counted, in bytes.", "memoryBytes"),
  memoryMaxBytes: gauge(
    "cmud_memory_max_bytes",
    "Bound of the memory in bytes; past it Puts are refused.",
    "memoryMaxBytes",
  ),
  clientConnections: gauge(
    "cmud_client_connections",
    "Open connections to the query ports.",
    "clientConnections",
  ),
  diskFaults: counter(
    "cmud_disk_faults_total",
    "Faults that were found in the data directory at the start, and mended by other servers.",
    "diskFaults",
  ),
  ready: {
    name: "cmud_synced",
    help: "1 when the server has the state that it takes over from others, else 0.",
    type: "gauge",
    samples: ({ ready }) => [{ value: Number(ready) }],
  },
  diskReason: undefined,
  disk: {
    name: "cmud_disk_state",
    help:
      "1 for the state that the disk is in, 0 for the others; while it is refusing so are Puts.",
    type: "gauge",
    samples: ({ disk }) =>
      diskStates.map((state) => ({ value: Number(state === disk), labels: { state } })),
  },
};

const families = Object.values(familyOf).filter((family) => family !== undefined);

/** Everything that is measured; before the server runs and after, only which one it is. */
export function metricsOf(shown: Shown, version: string): MetricFamily[] {
  const stats = statsOf(shown);
  return [
    {
      name: "cmud_build_info",
      help: "1, with the version of the program as a label.",
      type: "gauge",
      samples: [{ value: 1, labels: { version } }],
    },
    {
      name: "cmud_ready",
      help: "1 when queries should be sent here, as /readyz says, else 0.",
      type: "gauge",
      samples: [{ value: Number(unreadiness(shown) === undefined) }],
    },
    ...(stats === undefined ? [] : families.map((family) => ({
      ...family,
      samples: family.samples(stats),
    }))),
  ];
}

/** Names of the figures that are numbers. */
type NumberFigure = {
  [Name in keyof ServerStats]-?: ServerStats[Name] extends number ? Name : never;
}[keyof ServerStats];

function counter(name: string, help: string, figure: NumberFigure): Family {
  return { name, help, type: "counter", samples: (stats) => [{ value: stats[figure] }] };
}

function gauge(name: string, help: string, figure: NumberFigure): Family {
  return { name, help, type: "gauge", samples: (stats) => [{ value: stats[figure] }] };
}
