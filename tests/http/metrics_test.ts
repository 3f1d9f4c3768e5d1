import { memberMetricNames, memberMetrics } from "../../http/member_metrics.ts";
import { metricsOf } from "../../http/metrics.ts";
import { measurementMetrics } from "../../http/measurement_metrics.ts";
import { queryMetrics } from "../../http/query_metrics.ts";
import { prometheusText } from "../../http/prometheus_text.ts";
import type { Shown } from "../../http/stats_source.ts";
import { trafficMetrics } from "../../http/traffic_metrics.ts";
import { assert, assertEquals, assertMatch } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import { shownMembers, shownServer, shownStats } from "./shown_stats.ts";

const shown = shownServer;
const familiesOf = (shown: Shown) => [
  ...metricsOf(shown, "1.2.3"),
  ...queryMetrics(shown),
  ...measurementMetrics(shown),
  ...trafficMetrics(shown),
];
const textOf = (shown: Shown) =>
  prometheusText([...familiesOf(shown), ...memberMetrics(shownMembers)]);
const samplesIn = (text: string) => text.split("\n").filter((line) => /^[^#]/.test(line));

Deno.test("prometheusText() writes help, type and samples, with what would end a line escaped", () => {
  const text = prometheusText([
    {
      name: "a_total",
      help: "A \\ and a\nbreak",
      type: "counter",
      samples: [{ value: 1.5 }, { value: 2, labels: { x: 'a"b\\c\nd', y: "" } }],
    },
    { name: "b", help: "None", type: "gauge", samples: [] },
    {
      name: "c",
      help: "Limits",
      type: "gauge",
      samples: [Infinity, -Infinity, NaN, 1e21].map((value) => ({ value })),
    },
  ]);
  assertEquals(
    text,
    "# HELP a_total A \\\\ and a\\nbreak\n# TYPE a_total counter\n" +
      'a_total 1.5\na_total{x="a\\"b\\\\c\\nd",y=""} 2\n' +
      "# HELP b None\n# TYPE b gauge\n" +
      "# HELP c Limits\n# TYPE c gauge\nc +Inf\nc -Inf\nc NaN\nc 1e+21\n",
  );
});

Deno.test("the metrics show every figure of Stats", () => {
  const figures = shownStats();
  const before = textOf(shown());
  for (const [name, value] of Object.entries(figures)) {
    // The sum of the two figures behind it, which Prometheus makes itself.
    if (name === "messagesSent") continue;
    const other = typeof value === "number" ? value + 1 : typeof value === "boolean" ? false : "ok";
    assert(textOf(shown({ [name]: other })) !== before, name);
  }
});

Deno.test("cmud_ready and cmud_disk_state say what keeps a server from serving", () => {
  const cases: [Shown, number, string | undefined][] = [
    ["starting", 0, undefined],
    [shown({ ready: false }), 0, "none"],
    [shown({ disk: "refusing" }), 0, "refusing"],
    [shown({ disk: "ok" }), 1, "ok"],
    [shown(), 1, "none"],
    ["stopping", 0, undefined],
  ];
  for (const [shown, ready, disk] of cases) {
    const samples = samplesIn(textOf(shown));
    assertEquals(samples[0], 'cmud_build_info{version="1.2.3"} 1');
    assertEquals(samples[1], `cmud_ready ${ready}`);
    const states = samples.filter((line) => line.startsWith("cmud_disk_state"));
    assertEquals(
      states,
      disk === undefined
        ? []
        : ["none", "ok", "refusing"].map((state) =>
          `cmud_disk_state{state="${state}"} ${state === disk ? 1 : 0}`
        ),
    );
  }
});

Deno.test("a peer's metrics are told apart by its address, and what is not known is left out", () => {
  const samples = samplesIn(prometheusText(memberMetrics(shownMembers)));
  assertEquals(samples, [
    'cmud_peer_up{peer="192.0.2.7:6000"} 1',
    'cmud_peer_up{peer="192.0.2.8:6000"} 0',
    'cmud_peer_lag_seconds{peer="192.0.2.7:6000"} 0.25',
    'cmud_peer_pending_bytes{peer="192.0.2.7:6000"} 900',
    'cmud_peer_pending_bytes{peer="192.0.2.8:6000"} 0',
    'cmud_peer_agreed_timestamp_seconds{peer="192.0.2.7:6000"} 1700000000',
    'cmud_peer_tombstones_held{peer="192.0.2.7:6000"} 4',
    'cmud_peer_tombstones_held{peer="192.0.2.8:6000"} 0',
    'cmud_peer_clock_skew_seconds{peer="192.0.2.7:6000"} -1.5',
  ]);
});

Deno.test("queries are counted by door and method, and their times are a histogram of each", () => {
  const samples = samplesIn(textOf(shown()));
  assert(samples.includes('cmud_queries_total{door="frames",method="put"} 50'));
  assert(samples.includes('cmud_queries_total{door="redis",method="get"} 7'));
  const buckets = samples.filter((line) => line.includes('_bucket{door="frames",method="put"'))
    .map((line) => Number(line.split(" ")[1]));
  assertEquals(buckets, buckets.toSorted((a, b) => a - b));
  assertEquals(buckets.at(-1), 98);
  assert(
    samples.includes(
      'cmud_query_duration_seconds_bucket{door="frames",method="put",le="0.0005"} 3',
    ),
  );
  assert(samples.includes('cmud_query_duration_seconds_sum{door="frames",method="put"} 1.5'));
  assert(samples.includes('cmud_query_duration_seconds_count{door="frames",method="put"} 98'));
});

Deno.test("what a server has measured of itself is there: times, refusals, memory, disk, traffic", () => {
  const samples = samplesIn(textOf(shown()));
  for (
    const sample of [
      'cmud_visibility_seconds_bucket{le="0.01"} 5',
      'cmud_visibility_seconds_bucket{le="+Inf"} 6',
      "cmud_event_loop_lag_seconds_sum 0.04",
      "cmud_disk_write_seconds_count 6",
      'cmud_refusals_total{door="frames",reason="overloaded"} 5',
      'cmud_refusals_total{door="redis",reason="unauthorized"} 7',
      'cmud_memory_kind_bytes{kind="watches"} 1000',
      "cmud_disk_waiting_bytes 31",
      "cmud_disk_log_bytes 33",
      'cmud_peer_told_bytes_total{peer="192.0.2.7:6000"} 41',
    ]
  ) assert(samples.includes(sample), `${sample}\n${samples.join("\n")}`);
});

Deno.test("every metric begins with cmud_, and comes once", () => {
  const names = familiesOf(shown()).map(({ name }) => name);
  for (const name of names) assertMatch(name, /^cmud_[a-z_]+$/);
  assertEquals(new Set(names).size, names.length);
});

Deno.test("docs/http.md names every metric", () => {
  const docs = Deno.readTextFileSync(new URL("../../docs/http.md", import.meta.url));
  const named = [...docs.matchAll(/^\| `(cmud_\w+)`/gm)].map(([, name]) => name);
  const there = [...familiesOf(shown()).map(({ name }) => name), ...memberMetricNames];
  assertEquals(named.sort(), there.sort());
});

testUnless(missing("promtool"), "promtool finds nothing to say of the metrics", async () => {
  for (const text of [textOf(shown()), textOf("starting")]) {
    const child = new Deno.Command("promtool", {
      args: ["check", "metrics"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals([code, said], [0, ""]);
  }
});
