import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { appLimits } from "../../limits.ts";
import type { Invocation } from "../cli/command_spec.ts";
import type { Console } from "../cli/console.ts";
import { escapeControl, escapedJson } from "../../rpc/mod.ts";
import { exitCodeOf, exitCodes } from "../cli/exit_codes.ts";
import { failureText } from "../cli/failure.ts";
import { pause } from "../cli/pause.ts";
import { queryAddresses } from "../cli/query_client.ts";
import { type Style, styleFor } from "../cli/style.ts";
import { wrapped } from "../cli/wrapped.ts";

/** What one query port answered. */
type Report = { address: string; error: Error } | {
  address: string;
  stats: Record<string, unknown>;
};

const figures = ["ready", "keys", "gets", "puts", "lists", "connections", "uptime", "version"];

/** Shows what each query port answers to `Stats`, once or again and again. */
export async function runStatus(invocation: Invocation): Promise<number> {
  const { options, console } = invocation;
  const addresses = queryAddresses(invocation);
  const clients = addresses.map((address) => new Client(new FixedRouter(address)));
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
      if (!options.watch) {
        const failed = reports.find((report) => "error" in report);
        if (failed === undefined) return exitCodeOfReadiness(reports, console);
        const [, ...advice] = failureText(failed.error).split("\n");
        console.err(advice.map((line) => line + "\n").join(""));
        return exitCodeOf(failed.error);
      }
      await pause(appLimits.statusIntervalMs);
    }
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

/** A query actor that is not ready may yet lack what others have. */
function exitCodeOfReadiness(reports: readonly Report[], console: Console): number {
  const unready = reports.filter((report) => "stats" in report && report.stats.ready === false);
  for (const { address } of unready) {
    console.err(`${address} is not ready: it is taking over the state of other servers\n`);
  }
  return unready.length === 0 ? exitCodes.ok : exitCodes.tryAgain;
}

async function ask(address: string, client: Client): Promise<Report> {
  try {
    return { address, stats: await client.stats() };
  } catch (error) {
    return { address, error: error as Error };
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
        : { address: report.address, ...report.stats }
    )
    .map((report) => escapedJson(report) + "\n")
    .join("");
}

/** A line for each address; where that does not fit, a line for each figure. */
function asTable(reports: readonly Report[], style: Style, columns: number): string {
  const rows = reports.map((report) =>
    "error" in report ? [report.address, whatFailed(report.error)] : [
      report.address,
      ...figures.map((figure) =>
        figure === "uptime"
          ? formatDuration(Number(report.stats.uptimeMs))
          : escapeControl(String(report.stats[figure] ?? "-"))
      ),
    ]
  );
  const header = ["address", ...figures];
  const widths = header.map((title, i) =>
    Math.max(title.length, ...rows.filter(isReport).map((row) => row[i].length), i ? 0 : 15)
  );
  const width = widths.reduce((sum, width) => sum + width + 2, -2);
  if (width > columns) return rows.map((row) => asBlock(row, style, columns)).join("");
  const { bold, red } = style;
  const line = (row: string[]) => row.map((cell, i) => cell.padEnd(widths[i])).join("  ").trimEnd();
  return [
    bold(line(header)),
    ...rows.map((row) => isReport(row) ? line(row) : red(`${row[0].padEnd(widths[0])}  ${row[1]}`)),
  ].join("\n") + "\n";
}

/** Whether the row of an address has its figures, and not only what failed. */
function isReport(row: readonly string[]): boolean {
  return row.length === 1 + figures.length;
}

function asBlock(row: readonly string[], { bold, red }: Style, columns: number): string {
  const [address, ...cells] = row;
  const lines = isReport(row)
    ? figures.map((figure, i) => `  ${figure.padEnd(11)}  ${cells[i]}`)
    : wrapped(`  ${cells[0]}`, columns).map(red);
  return [bold(address), ...lines].join("\n") + "\n";
}

function formatDuration(ms: number): string {
  if (Number.isNaN(ms)) return "-";
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`;
}
