/**
 * What every command that asks a store has in common, beside which servers it asks.
 *
 * @module
 */

import type { ClientOptions } from "../../kvclient/mod.ts";
import { isLoopback, parseAddress } from "../../rpc/mod.ts";
import type { Invocation, OptionSpec } from "./command_spec.ts";
import type { Permission } from "./permissions.ts";
import { queryAddresses, serverOption } from "./query_client.ts";
import { UsageError } from "./usage_error.ts";
import { readToken, tokenFileOf, tokenFileOption } from "./token_file.ts";

/** Names the environment variable that stands in for `--insecure`. */
const insecure = "CMUD_INSECURE";

/** The options by which a command is told whom to ask, and how. */
export const askingOptions: readonly OptionSpec[] = [
  serverOption,
  tokenFileOption,
  {
    name: "--insecure",
    summary: `show the token unencrypted, and not to this machine alone (default: $${insecure})`,
  },
];

/** The permissions of a command that only asks: it reads the file of its token, if there is one. */
export function askingPermissions(invocation: Invocation): readonly Permission[] {
  return tokenFileOf(invocation) === undefined ? ["net"] : ["net", "read"];
}

/** What a client shows, and how it connects. */
export type AskingOptions = Pick<ClientOptions, "token" | "transport">;

/**
 * What an invocation says of that.
 *
 * @param addresses that are to be asked
 * @throws {UsageError} when a file cannot be used, or others could see the token.
 */
export async function clientOptions(
  invocation: Invocation,
  addresses: readonly string[] = queryAddresses(invocation),
): Promise<AskingOptions> {
  const token = await readToken(invocation);
  const { options, console } = invocation;
  const far = addresses.find((address) => !isLoopback(parseAddress(address).hostname));
  if (
    token !== undefined && far !== undefined && !options.insecure && !isOn(console.env(insecure))
  ) {
    throw new UsageError(
      `Cannot show the token to ${far}: whoever is in between would see it. Allowed is that with ` +
        "--insecure, in a network in which nobody listens",
    );
  }
  return { token };
}

function isOn(text: string | undefined): boolean {
  return text === "true" || text === "1";
}
