import { defaultCluster } from "../../actor/mod.ts";
import { isLoopback, parseAddress } from "../../rpc/mod.ts";
import type { Invocation } from "../cli/command_spec.ts";

/** Options of commands for a server that runs, each with a space in front, or nothing. */
export interface ReadyHints {
  /** Of a command that asks it. */
  readonly ask: string;
  /** Of a server that joins it. */
  readonly join: string;
}

/**
 * What commands need beside its address for a server that was started with these options. Files are theirs to
 * choose: a token, a certificate and a key belong to one server or user.
 *
 * @param address of its system port
 */
export function readyHints({ options }: Pick<Invocation, "options">, address: string): ReadyHints {
  const { cluster, authFile, tlsCert, tlsCa, tlsClientCa, insecure } = options as {
    readonly [name: string]: string | boolean | undefined;
  };
  const hasTokens = authFile !== undefined;
  const isSecret = tlsCert !== undefined || isLoopback(parseAddress(address).hostname);
  const own = " --tls-cert FILE --tls-key FILE";
  const ca = tlsCa === undefined ? "" : " --tls-ca FILE";
  const token = hasTokens ? " --token-file FILE" : "";
  const bare = hasTokens && !isSecret && insecure ? " --insecure" : "";
  const askTls = tlsCert === undefined
    ? ""
    : `${ca === "" ? " --tls" : ca}${tlsClientCa === undefined ? "" : own}`;
  const joinTls = tlsCert === undefined
    ? ""
    : `${own}${ca}${tlsClientCa === undefined ? "" : " --tls-client-ca FILE"}`;
  const auth = hasTokens ? " --auth-file FILE" : "";
  const named = cluster === undefined || cluster === defaultCluster ? "" : ` --cluster ${cluster}`;
  return { ask: `${token}${askTls}${bare}`, join: `${named}${auth}${token}${joinTls}${bare}` };
}
