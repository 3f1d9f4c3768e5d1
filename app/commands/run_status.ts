import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { appLimits } from "../../limits.ts";
import type { Invocation } from "../cli/command_spec.ts";
import type { Console } from "../cli/console.ts";
import { escapeControl, escapedJson } from "../../rpc/mod.ts";
import { durationText } from "../cli/duration_text.ts";
import { exitCodeOf, exitCodes } from "../cli/exit_codes.ts";
import { failureText } from "../cli/failure.ts";
import { pause } from "../cli/pause.ts";
import { queryAddresses } from "../cli/query_client.ts";
import { type Style, styleFor } from "../cli/style.ts";
import { type TableRow, tableText } from "../cli/table.ts";

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

function asTable(reports: readonly Report[], style: Style, columns: number): string {
  const rows = reports.map((report): TableRow =>
    "error" in report ? { name: report.address, failure: whatFailed(report.error) } : {
      cells: [
        report.address,
        ...figures.map((figure) =>
          figure === "uptime"
            ? durationText(Number(report.stats.uptimeMs))
            : escapeControl(String(report.stats[figure] ?? "-"))
        ),
      ],
    }
  );
  return tableText(["address", ...figures], rows, { style, columns, nameColumnsMin: 15 });
}
