import { type Answer, plain } from "./answer.ts";
import { metricsOf } from "./metrics.ts";
import { prometheusText, prometheusType } from "./prometheus_text.ts";
import { unreadiness } from "./readiness.ts";
import { type Shown, statsOf } from "./stats_source.ts";

/** Answers to one path. */
export type Route = (shown: Shown, version: string) => Answer;

/** What is answered, by path. */
export const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["/healthz", () => plain(200, "ok")],
  ["/readyz", readyz],
  ["/metrics", metrics],
  ["/api/stats", apiStats],
]);

function readyz(shown: Shown): Answer {
  const why = unreadiness(shown);
  return why === undefined ? plain(200, "ready") : plain(503, why);
}

function metrics(shown: Shown, version: string): Answer {
  const body = prometheusText(metricsOf(shown, version));
  return { status: 200, type: prometheusType, body };
}

function apiStats(shown: Shown): Answer {
  const stats = statsOf(shown);
  if (stats === undefined) return plain(503, `The server is ${shown}`);
  return { status: 200, type: "application/json", body: `${JSON.stringify(stats)}\n` };
}
