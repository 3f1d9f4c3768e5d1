/**
 * What every command that asks a store has in common, beside which servers it asks.
 *
 * @module
 */

import type { ClientOptions } from "../../kvclient/mod.ts";
import { isLoopback, parseAddress, type TlsSettings, TlsTransport } from "../../rpc/mod.ts";
import type { Invocation, OptionSpec } from "./command_spec.ts";
import type { Permission } from "./permissions.ts";
import { queryAddresses, serverOption } from "./query_client.ts";
import { readTlsFiles, tlsCaOption, type TlsFiles } from "./tls_files.ts";
import { UsageError } from "./usage_error.ts";
import { readToken, tokenFileOf, tokenFileOption } from "./token_file.ts";

/** Names the environment variable that stands in for `--insecure`. */
const insecureVariable = "CMUD_INSECURE";

/** And for `--tls` and `--tls-ca`. */
const tlsVariable = "CMUD_TLS";
const caVariable = "CMUD_TLS_CA";

/** The options by which a command is told whom to ask, and how. */
export const askingOptions: readonly OptionSpec[] = [
  serverOption,
  tokenFileOption,
  { name: "--tls", summary: `connect in TLS (default: $${tlsVariable})` },
  { ...tlsCaOption, summary: `${tlsCaOption.summary}; means --tls (default: $${caVariable})` },
  {
    name: "--tls-cert",
    value: "FILE",
    summary: "the certificate to show to a server that asks for one",
    completes: "files",
  },
  { name: "--tls-key", value: "FILE", summary: "its key", completes: "files" },
  {
    name: "--insecure",
    summary:
      `show the token unencrypted, and not to this machine alone (default: $${insecureVariable})`,
  },
];

/** The permissions of a command that only asks: it reads the file of its token, if there is one. */
export function askingPermissions(invocation: Invocation): readonly Permission[] {
  const files = [tokenFileOf(invocation), caFileOf(invocation), invocation.options.tlsCert];
  return files.every((file) => file === undefined) ? ["net"] : ["net", "read"];
}

function caFileOf({ options, console }: Invocation): string | undefined {
  return options.tlsCa as string | undefined ?? (console.env(caVariable) || undefined);
}

/** What a client shows, and how it connects. */
export type AskingOptions = Pick<ClientOptions, "transport" | "insecure"> & {
  readonly token?: string;
};

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
  const { options: { tlsCert: cert, tlsKey: key, insecure }, console } = invocation as AskedWith;
  const isInsecure = insecure === true || isOn(console.env(insecureVariable));
  const { token, tls } = await readShown(invocation, { cert, key }, ["--tls-cert", "--tls-key"]);
  if (tls !== undefined) return { token, transport: new TlsTransport(tls) };
  if (!isInsecure) expectUnseen(token, addresses, "--insecure");
  return { token, insecure: isInsecure };
}

/** An invocation, as far as it says that. */
type AskedWith = Invocation & {
  readonly options: { readonly tlsCert?: string; readonly tlsKey?: string };
};

/** What servers are shown, and verified with. */
export interface Shown {
  readonly token?: string;
  /** Absent: plain TCP. */
  readonly tls?: TlsSettings;
}

/**
 * Reads the files that say that.
 *
 * @param files of the certificate that is shown to a server that asks for one
 * @param flags that name these
 * @throws {UsageError} when one cannot be used.
 */
export async function readShown(
  invocation: Invocation,
  { cert, key }: Pick<TlsFiles, "cert" | "key">,
  flags: readonly [cert: string, key: string],
): Promise<Shown> {
  const { options, console } = invocation;
  const token = await readToken(invocation);
  const ca = caFileOf(invocation);
  if (ca === undefined && !options.tls && !isOn(console.env(tlsVariable))) return { token };
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError(`Cannot show a certificate without both ${flags.join(" and ")}`);
  }
  return { token, tls: await readTlsFiles({ ca, cert, key }) };
}

/**
 * @param addresses to which the token goes without TLS
 * @param flag that allows it
 * @throws {UsageError} when others could see it.
 */
export function expectUnseen(
  token: string | undefined,
  addresses: readonly string[],
  flag: string,
): void {
  const far = addresses.find((address) => !isLoopback(parseAddress(address).hostname));
  if (token === undefined || far === undefined) return;
  throw new UsageError(
    `Cannot show the token to ${far}: whoever is in between would see it. Allowed is that with ` +
      `--tls, or with ${flag} in a network in which nobody listens`,
  );
}

function isOn(text: string | undefined): boolean {
  return text === "true" || text === "1";
}
