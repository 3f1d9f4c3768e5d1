import { memberMetricNames } from "../../http/member_metrics.ts";
import { measurementMetrics } from "../../http/measurement_metrics.ts";
import { metricsOf } from "../../http/metrics.ts";
import { queryMetrics } from "../../http/query_metrics.ts";
import { trafficMetrics } from "../../http/traffic_metrics.ts";
import { shownServer } from "../http/shown_stats.ts";
import { read, root } from "../support/repository.ts";

/** The folder of what an operator starts from, as a path. */
export const folder = new URL("examples/operate/", root).pathname;

/** Every metric that `/metrics` shows, and `up`, which Prometheus makes of each scrape. */
export const metricNames: ReadonlySet<string> = new Set([
  "up",
  ...[
    ...metricsOf(shownServer(), "1.2.3"),
    ...queryMetrics(shownServer()),
    ...measurementMetrics(shownServer()),
    ...trafficMetrics(shownServer()),
  ].flatMap(({ name, type }) =>
    type === "histogram" ? ["bucket", "sum", "count"].map((part) => `${name}_${part}`) : [name]
  ),
  ...memberMetricNames,
]);

/** The names of all alerts. */
export function alertNames(): string[] {
  const rules = read("examples/operate/alerts.yml");
  return [...rules.matchAll(/^ +- alert: (\w+)$/gm)].map(([, name]) => name);
}

/** The metrics that a query names which are not there, and "none" when it names no metric at all. */
export function unknownMetrics(query: string): string[] {
  const names = query.match(/\b(?:cmud_\w+|up)\b(?!\s*\()/g) ?? [];
  return names.length === 0 ? ["none"] : names.filter((name) => !metricNames.has(name));
}

/** Runs a program to its end. @returns its exit code, and all that it said. */
export async function said(program: string, ...args: string[]): Promise<[number, string]> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" })
    .output();
  const decoder = new TextDecoder();
  return [code, decoder.decode(stdout) + decoder.decode(stderr)];
}
