import { isLoopback, parseAddress, type TlsSettings } from "../../rpc/mod.ts";
import { expectUnseen, readShown, type Shown } from "../cli/client_options.ts";
import type { Invocation } from "../cli/command_spec.ts";
import { readPortTls } from "../cli/tls_files.ts";
import { UsageError } from "../cli/usage_error.ts";

/** What a host shows players and servers, as its files say. */
export interface HostAccess {
  /** Of the doors; absent: plain TCP. */
  readonly doors?: TlsSettings;
  /** To servers. */
  readonly shown: Shown;
}

/** Reads the files that an invocation names. @throws {UsageError} when one cannot be used. */
export async function readHostAccess(invocation: Invocation): Promise<HostAccess> {
  const files = invocation.options as Record<string, string | undefined>;
  const { tlsCert: cert, tlsKey: key, tlsClientCa: clientCa, clientCert, clientKey } = files;
  const hasOwn = clientCert !== undefined || clientKey !== undefined;
  const own = hasOwn ? { cert: clientCert, key: clientKey } : { cert, key };
  return {
    doors: await readPortTls({ cert, key, clientCa }),
    shown: await readShown(invocation, own, ["--client-cert", "--client-key"]),
  };
}

/** Whether a host has files that it reads again at a SIGHUP. */
export function hasFiles({ doors, shown: { token, tls } }: HostAccess): boolean {
  return [doors, token, tls].some((part) => part !== undefined);
}

/**
 * Passwords and the token are two things: who opens a door to a network that listens says so by `--insecure`, who
 * shows the token there by `--insecure-server`.
 *
 * @param servers that are asked
 * @throws {UsageError} when others could read passwords or the token, and nobody has said that they may.
 */
export function expectHostGuarded(
  { options }: Invocation,
  { doors, shown }: HostAccess,
  servers: readonly string[],
): void {
  const { telnet, web } = options as Record<string, string | undefined>;
  const open = [telnet, web].filter((address) => address !== undefined)
    .find((address) => !isLoopback(parseAddress(address).hostname));
  if (doors === undefined && open !== undefined && !options.insecure) {
    throw new UsageError(
      `Cannot open a door on ${open}: whoever is in between would see passwords. Allowed is that with ` +
        "--tls-cert and --tls-key, or with --insecure in a network in which nobody listens",
    );
  }
  if (shown.tls === undefined && !options.insecureServer) {
    expectUnseen(shown.token, servers, "--insecure-server");
  }
}
