import { isLoopback, parseAddress, type Transport, unsafeTokenError } from "../../rpc/mod.ts";

/**
 * A network without TLS, for a server that shows others its token: it dials this machine alone, because others
 * could read the token in between, and addresses are learned from other servers too.
 *
 * @param token the token that is shown, if any
 */
export function unreadTransport(
  transport: Transport,
  token: () => string | undefined,
): Transport {
  return {
    listen: (hostname, port, backlog) => transport.listen(hostname, port, backlog),
    async connect(address, signal) {
      if (token() !== undefined && !isLoopback(parseAddress(address).hostname)) {
        throw unsafeTokenError("--tls-cert, or --insecure");
      }
      return await transport.connect(address, signal);
    },
  };
}
