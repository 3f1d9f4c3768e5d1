import { checkUntilEqual } from "../check/check.ts";
import { findReplicas } from "../check/replicas.ts";
import { reportJson, reportText } from "../check/report.ts";
import { clientOptions } from "../cli/client_options.ts";
import type { Invocation } from "../cli/command_spec.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { queryAddresses } from "../cli/query_client.ts";
import { styleFor } from "../cli/style.ts";
import { escapeControl } from "../../rpc/mod.ts";

/** Compares the replicas of the servers that are named. @returns 1 when they are not equal. */
export async function runCheck(invocation: Invocation): Promise<number> {
  const { console, options } = invocation;
  const addresses = queryAddresses(invocation);
  const asking = await clientOptions(invocation);
  const waitMs = options.wait as number | undefined ?? 0;
  const result = await checkUntilEqual(() => findReplicas(addresses, asking), waitMs);
  const style = styleFor(console, "stdout", options);
  const columns = console.terminal?.columns() || Infinity;
  console.out(options.json ? reportJson(result) : reportText(result, style, columns));
  for (const { address, state } of result.unnamed) {
    console.err(
      `Not compared: ${escapeControl(address)}, which is known and ${escapeControl(state)}\n`,
    );
  }
  if (result.isEqual) return exitCodes.ok;
  if (waitMs === 0) {
    console.err(
      "A write takes a moment to be everywhere. To wait for that: cmud check --wait 10s\n",
    );
  }
  return exitCodes.differ;
}
