import type { Member } from "../kvserver/mod.ts";
import type { MetricFamily } from "./prometheus_text.ts";

/** A figure of each peer; `undefined` where it is not known. */
interface PeerFigure {
  readonly name: string;
  readonly help: string;
  readonly type: MetricFamily["type"];
  value(member: Member): number | undefined;
}

const figures: readonly PeerFigure[] = [
  {
    name: "cmud_peer_up",
    help: "1 when the peer and this server reach each other, else 0.",
    type: "gauge",
    value: ({ state }) => Number(state === "up"),
  },
  {
    name: "cmud_peer_lag_seconds",
    help: "Age of the oldest write that the peer has not acknowledged.",
    type: "gauge",
    value: ({ lagMs }) => lagMs === null ? undefined : lagMs / 1_000,
  },
  {
    name: "cmud_peer_pending_bytes",
    help: "Bytes of entries that the peer has not acknowledged, at the most.",
    type: "gauge",
    value: ({ pendingBytes }) => pendingBytes,
  },
  {
    name: "cmud_peer_agreed_timestamp_seconds",
    help: "When the peer and this server were last known to be equal.",
    type: "gauge",
    value: ({ agreedMs }) => agreedMs === null ? undefined : agreedMs / 1_000,
  },
  {
    name: "cmud_peer_tombstones_held",
    help: "Tombstones that are kept because the peer has not acknowledged them.",
    type: "gauge",
    value: ({ tombstonesHeld }) => tombstonesHeld,
  },
  {
    name: "cmud_peer_clock_skew_seconds",
    help: "How far the clock of the peer is ahead.",
    type: "gauge",
    value: ({ clockSkewMs }) => clockSkewMs === null ? undefined : clockSkewMs / 1_000,
  },
];

/** The figures of each peer, told apart by its address: of several lives of an address, of the last. */
export function memberMetrics(members: readonly Member[] = []): MetricFamily[] {
  const peers = new Map(
    members.slice(1).map((member) => [member.address, member]),
  );
  return figures.map(({ value, ...family }) => ({
    ...family,
    samples: [...peers.values()].flatMap((member) => {
      const figure = value(member);
      return figure === undefined ? [] : [{ value: figure, labels: { peer: member.address } }];
    }),
  })).filter(({ samples }) => samples.length > 0);
}

/** Names of all of them, also of those that no peer has a figure for. */
export const memberMetricNames: readonly string[] = figures.map(({ name }) => name);
