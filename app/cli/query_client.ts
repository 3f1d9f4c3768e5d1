/**
 * The `--server` option of every command that asks a store.
 *
 * @module
 */

import { defaultLimits } from "../../limits.ts";
import { parseAddress } from "../../rpc/mod.ts";
import type { Invocation, OptionSpec } from "./command_spec.ts";
import { integerFrom } from "./number_option.ts";
import { UsageError } from "./usage_error.ts";

/** Where a server is looked for when nothing else is said. */
export const defaultQueryAddress = "127.0.0.1:6001";

/** Where every server's system port is by default. */
export const defaultSystemAddress = "127.0.0.1:6000";

/** Names the environment variable that stands in for `--server`. */
const serverVariable = "CMUD_SERVER";

/** Names one or more query ports. */
export const serverOption: OptionSpec = {
  name: "--server",
  value: "HOST:PORT[,...]",
  summary: `query ports to ask, the nearest first (default: $${serverVariable}, ` +
    `then ${defaultQueryAddress})`,
  parse: parseAddresses,
};

/** How long a query may take. */
export const timeoutOption: OptionSpec = {
  name: "--timeout",
  value: "MS",
  summary: `how long one answer may take (default: ${defaultLimits.callTimeoutMs})`,
  parse: integerFrom(1, 3_600_000),
};

/**
 * The addresses that a command is to ask: from `--server`, the environment, or the default.
 *
 * @throws {UsageError} when the environment variable is none.
 */
export function queryAddresses(invocation: Invocation): readonly string[] {
  return namedAddresses(invocation) ?? [defaultQueryAddress];
}

/** As `queryAddresses`, but `undefined` when neither option nor environment names any. */
export function namedAddresses({ options, console }: Invocation): readonly string[] | undefined {
  if (options.server !== undefined) return options.server as readonly string[];
  const variable = console.env(serverVariable);
  if (!variable) return undefined;
  try {
    return parseAddresses(variable);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`$${serverVariable}: ${error.message}`);
  }
}

function parseAddresses(text: string): readonly string[] {
  const addresses = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  if (addresses.length === 0) throw new UsageError("Cannot use no address: allowed is HOST:PORT");
  for (const address of addresses) parseAddressOption(address);
  return addresses;
}

/**
 * Checks one `host:port`; `example` shows what one is.
 *
 * @param portMin 0 where the machine may choose the port
 * @throws {UsageError} when it is none.
 */
export function parseAddressOption(
  address: string,
  example = defaultQueryAddress,
  portMin = 1,
): string {
  let cause: unknown;
  try {
    if (parseAddress(address).port >= portMin) return address;
  } catch (error) {
    cause = error;
  }
  const [, found = ""] = addressFaults.find(([pattern]) => pattern.test(address)) ?? [];
  throw new UsageError(
    `Cannot use "${address}" as an address: ${found}allowed is HOST:PORT, as in ${example}`,
    { cause },
  );
}

/** What is often wrong with an address, and what to say of it. */
const addressFaults: readonly (readonly [RegExp, string])[] = [
  [/,/, "it is a list, and one address may stand here, "],
  [/^(\[.+\]|[^\s:\[\]/]+):\d+$/, "its port is none from 1 to 65535, "],
  [/^(\[.+\]|[^\s:\[\]/]+):?$/, "it has no port, "],
  [/^:\d+$/, "it has no host, "],
  [/^[0-9a-f.]*:[0-9a-f.]*:[0-9a-f.:%]+$/i, "an address of IPv6 stands in brackets, "],
];
