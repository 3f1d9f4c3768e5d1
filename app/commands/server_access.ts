import { hashOfToken, type TokenEntry } from "../../access/mod.ts";
import { isLoopback, parseAddress, type TlsSettings } from "../../rpc/mod.ts";
import type { Invocation } from "../cli/command_spec.ts";
import { readToken } from "../cli/token_file.ts";
import { readPortTls } from "../cli/tls_files.ts";
import { UsageError } from "../cli/usage_error.ts";
import { readAuthFile } from "../settings/auth_file.ts";

/** Who gets into a server, and what it shows others, as its files say. */
export interface ServerAccess {
  /** The tokens that let somebody in; absent: everybody gets in. */
  readonly tokens?: readonly TokenEntry[];
  /** The server's own token. */
  readonly token?: string;
  /** Absent: plain TCP. */
  readonly tls?: TlsSettings;
}

/** Reads the files that an invocation names. @throws {UsageError} when one cannot be used. */
export async function readServerAccess(invocation: Invocation): Promise<ServerAccess> {
  const { authFile, join } = invocation.options as { authFile?: string; join?: string[] };
  const files = invocation.options as Record<string, string | undefined>;
  const { tlsCert: cert, tlsKey: key, tlsCa: ca, tlsClientCa: clientCa } = files;
  const tokens = authFile === undefined ? undefined : await readAuthFile(authFile);
  const token = await readToken(invocation);
  if (join !== undefined && join.length > 0) expectPeer(token, tokens);
  return { tokens, token, tls: await readPortTls({ cert, key, ca, clientCa }) };
}

/** @throws {UsageError} when the server's own token is known to be good for something else. */
function expectPeer(token: string | undefined, tokens: readonly TokenEntry[] = []): void {
  const hash = token === undefined ? undefined : hashOfToken(token);
  const own = tokens.find((entry) => entry.hash === hash);
  if (own === undefined || own.role === "peer") return;
  throw new UsageError(
    `Cannot show other servers the token ${own.name}: its role is ${own.role}, allowed is peer ` +
      "(--token-file)",
  );
}

/**
 * @param hostname where it listens
 * @throws {UsageError} when others could get in without a token, or see one, and nobody has said that they
 * may.
 */
export function expectGuarded(
  { options }: Invocation,
  hostname: string,
  { tokens, token, tls }: ServerAccess,
): void {
  if (options.insecure) return;
  const http = options.http as string | undefined;
  const listens = [hostname, ...http === undefined ? [] : [parseAddress(http).hostname]];
  const open = listens.find((host) => !isLoopback(host.replace(/^\[(.*)\]$/, "$1")));
  if (open !== undefined && tokens === undefined) {
    throw new UsageError(
      `Cannot listen on ${open}: everybody who reaches it would get in. Allowed is that with ` +
        "--auth-file, on loopback, or with --insecure",
    );
  }
  // In TLS nobody in between sees them.
  if (tls !== undefined) return;
  const joins = (options.join as string[] | undefined ?? [])
    .filter((text) => !text.trimStart().startsWith("{"));
  const far = joins.find((address) => !isLoopback(parseAddress(address).hostname));
  const where = open ?? (token === undefined ? undefined : far);
  if (where === undefined) return;
  throw new UsageError(
    `Cannot use tokens with ${where}: whoever is in between would see them. Allowed is that with ` +
      "--tls-cert and --tls-key, or with --insecure in a network in which nobody listens",
  );
}
