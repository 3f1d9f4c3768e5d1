import { Client, FixedRouter, type Member, RpcError } from "../../kvclient/mod.ts";
import { appLimits } from "../../limits.ts";
import { clientOptions } from "../cli/client_options.ts";
import type { Invocation } from "../cli/command_spec.ts";
import type { Console } from "../cli/console.ts";
import { escapeControl, escapedJson } from "../../rpc/mod.ts";
import { elapsedText } from "../cli/elapsed_text.ts";
import { exitCodeOf, exitCodes } from "../cli/exit_codes.ts";
import { failureText } from "../cli/failure.ts";
import { problemsOf, type ServerReport } from "./health.ts";
import { pause } from "../cli/pause.ts";
import { queryAddresses } from "../cli/query_client.ts";
import { type Style, styleFor } from "../cli/style.ts";
import { type TableRow, tableText } from "../cli/table.ts";

/** What one query port answered. */
type Report = { address: string; error: Error } | ({ address: string } & ServerReport);

/** What is shown of each, by title. */
const shown: readonly (readonly [title: string, text: (report: ServerReport) => string])[] = [
  ...["ready", "keys", "gets", "puts", "lists", "connections", "disk"].map((figure) =>
    [figure, ({ stats }: ServerReport) => figureText(stats[figure])] as const
  ),
  ["memory", ({ stats }) => shareText(stats.memoryBytes, stats.memoryMaxBytes)],
  ["members", ({ members }) => members === undefined ? "-" : membersText(members)],
  ["lag", ({ stats }) => lagText(stats.oldestPendingMs)],
  ["uptime", ({ stats }) => elapsedText(Number(stats.uptimeMs))],
  ["version", ({ stats }) => figureText(stats.version)],
];

/** Shows what each query port answers to `Stats`, once or again and again. */
export async function runStatus(invocation: Invocation): Promise<number> {
  const { options, console } = invocation;
  const addresses = queryAddresses(invocation);
  const asking = await clientOptions(invocation);
  const clients = addresses.map((address) => new Client(new FixedRouter(address), asking));
  try {
    for (;;) {
      const reports = await Promise.all(
        clients.map((client, i) => ask(addresses[i], client)),
      );
      const style = styleFor(console, "stdout", options);
      if (options.watch && console.stdoutIsTerminal && !options.json) {
        console.out("\x1b[H\x1b[2J");
      }
      const columns = console.terminal?.columns() || Infinity;
      console.out(options.json ? asJson(reports) : asTable(reports, style, columns));
      const problems = problemLines(reports);
      if (!options.watch) return endOf(reports, problems, console);
      if (!options.json) console.out(problems.map(style.red).join(""));
      await pause(appLimits.statusIntervalMs);
    }
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

/** Says what is wrong. @returns the exit code. */
function endOf(reports: readonly Report[], problems: readonly string[], console: Console): number {
  const failed = reports.find((report) => "error" in report);
  console.err(problems.join(""));
  if (failed === undefined) return problems.length === 0 ? exitCodes.ok : exitCodes.tryAgain;
  const [, ...advice] = failureText(failed.error).split("\n");
  console.err(advice.map((line) => line + "\n").join(""));
  return exitCodeOf(failed.error);
}

/** What is not healthy, each once, though several query actors of a server tell it. */
function problemLines(reports: readonly Report[]): string[] {
  const lines = reports.flatMap((report) =>
    "error" in report
      ? []
      : problemsOf(report).map((problem) => `${nameOf(report, problem)}${problem}\n`)
  );
  return [...new Set(lines)];
}

/** Whom a problem is told of: what concerns a member concerns the whole server that knows it. */
function nameOf({ address, members }: { address: string } & ServerReport, problem: string): string {
  if (!problem.startsWith("member ")) return `${address} `;
  const self = members?.[0];
  return `${escapeControl(self?.address ?? address)}: `;
}

async function ask(address: string, client: Client): Promise<Report> {
  try {
    const [stats, members] = await Promise.allSettled([client.stats(), membersOf(client)]);
    // Which of the two failed first is a matter of chance, and what is said of it is not.
    if (stats.status === "rejected") throw stats.reason;
    if (members.status === "rejected") throw members.reason;
    return { address, stats: stats.value, members: members.value };
  } catch (error) {
    return { address, error: error as Error };
  }
}

/** @returns `undefined` for a server of a version that does not tell. */
async function membersOf(client: Client): Promise<Member[] | undefined> {
  try {
    return await client.members();
  } catch (error) {
    if (error instanceof RpcError && error.code === "unknown_method") return undefined;
    throw error;
  }
}

function whatFailed(error: Error): string {
  return failureText(error).split("\n")[0];
}

function asJson(reports: readonly Report[]): string {
  return reports
    .map((report) =>
      "error" in report
        ? { address: report.address, error: whatFailed(report.error) }
        : { address: report.address, ...report.stats, problems: problemsOf(report) }
    )
    .map((report) => escapedJson(report) + "\n")
    .join("");
}

function asTable(reports: readonly Report[], style: Style, columns: number): string {
  const rows = reports.map((report): TableRow =>
    "error" in report
      ? { name: report.address, failure: whatFailed(report.error) }
      : { cells: [report.address, ...shown.map(([, text]) => text(report))] }
  );
  const titles = ["address", ...shown.map(([title]) => title)];
  return tableText(titles, rows, { style, columns, nameColumnsMin: 15 });
}

function figureText(figure: unknown): string {
  return escapeControl(String(figure ?? "-"));
}

/** How much of a bound is used. */
function shareText(amount: unknown, bound: unknown): string {
  const share = Math.round(100 * Number(amount) / Number(bound));
  return Number.isNaN(share) ? "-" : `${share}%`;
}

/** How many of the servers that are known are there, the asked one included. */
function membersText(members: readonly Member[]): string {
  const there = members.filter(({ state }) => state === "self" || state === "up");
  return `${there.length} of ${members.length}`;
}

function lagText(ms: unknown): string {
  return ms === undefined ? "-" : Number(ms) < 1_000 ? `${ms} ms` : elapsedText(Number(ms));
}
