import { limitedMembers, limitedStats } from "../kvserver/mod.ts";
import { type Answer, plain } from "./answer.ts";
import { measurementMetrics } from "./measurement_metrics.ts";
import { metricsOf } from "./metrics.ts";
import { prometheusText, prometheusType } from "./prometheus_text.ts";
import { unreadiness } from "./readiness.ts";
import { queryMetrics } from "./query_metrics.ts";
import { memberMetrics } from "./member_metrics.ts";
import { membersOf, type Shown, statsOf } from "./stats_source.ts";
import { trafficMetrics } from "./traffic_metrics.ts";

/**
 * Answers to one path.
 *
 * @param isLimited to a token whose keys are limited: it is told nothing that the keys of others change
 */
export type Route = (
  shown: Shown,
  version: string,
  isLimited: boolean,
) => Answer | Promise<Answer>;

/** What is answered to everybody, where tokens are asked for: it says nothing but how the server does. */
export const openPaths: readonly string[] = ["/healthz", "/readyz"];

/** What is answered, by path. */
export const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["/healthz", () => plain(200, "ok")],
  ["/readyz", readyz],
  ["/metrics", metrics],
  ["/api/stats", apiStats],
  ["/api/members", apiMembers],
]);

function readyz(shown: Shown): Answer {
  const why = unreadiness(shown);
  return why === undefined ? plain(200, "ready") : plain(503, why);
}

async function metrics(shown: Shown, version: string, isLimited: boolean): Promise<Answer> {
  if (isLimited) return plain(403, "The token is limited to some keys, and this is about all");
  const families = [
    ...metricsOf(shown, version),
    ...queryMetrics(shown),
    ...measurementMetrics(shown),
    ...memberMetrics(await membersOf(shown)),
    ...trafficMetrics(shown),
  ];
  const body = prometheusText(families);
  return { status: 200, type: prometheusType, body };
}

function apiStats(shown: Shown, _version: string, isLimited: boolean): Answer {
  const stats = statsOf(shown);
  if (stats === undefined) return plain(503, `The server is ${shown}`);
  return json(isLimited ? limitedStats({ ...stats }) : stats);
}

async function apiMembers(shown: Shown, _version: string, isLimited: boolean): Promise<Answer> {
  const members = await membersOf(shown);
  if (members === undefined) {
    return plain(503, typeof shown === "string" ? `The server is ${shown}` : "The server ends");
  }
  return json(isLimited ? limitedMembers(members) : members);
}

function json(value: unknown): Answer {
  return { status: 200, type: "application/json", body: `${JSON.stringify(value)}\n` };
}
