import type { ServerOptions } from "../../kvserver/mod.ts";
import { reasonOf } from "../../log/mod.ts";
import { parseAddress } from "../../rpc/mod.ts";
import { UsageError } from "../cli/usage_error.ts";
import { isWildcard } from "./wildcard.ts";

/**
 * The error of a start: another one when the port of `--http` is one of the server's own.
 *
 * @param http the address of that port, which is bound first
 */
export function takenByHttp(http: string, { startPort }: ServerOptions, error: unknown): unknown {
  const { hostname, port } = parseAddress(http);
  const [, host = "", taken] = /^Cannot listen on (.*):(\d+): .*in use/i.exec(reasonOf(error)) ??
    [];
  if (Number(taken) !== port || host !== hostname && !isWildcard(host)) return error;
  const own = port === startPort ? "system port" : "query port";
  return new UsageError(
    `Cannot serve HTTP on ${http}: that is the server's own ${own}, because --port is ${startPort}. ` +
      `Allowed is any other port, as in --http ${hostname}:0, which takes a free one`,
    { cause: error },
  );
}
