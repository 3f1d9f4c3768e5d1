import {
  clientDialer,
  type Dialer,
  isLoopback,
  isWebSocketAddress,
  parseAddress,
  tlsDialer,
  unsafeTokenError,
} from "../rpc/mod.ts";
import type { ClientOptions } from "./client_options.ts";

/**
 * The connections of a client that shows tokens. A connection on which others could read a token in between is
 * not made.
 *
 * @param tokenAt the token that is shown at an address, if any
 */
export function tokenDialer(
  tokenAt: (address: string) => string | undefined,
  { tls, insecure }: Pick<ClientOptions, "tls" | "insecure">,
): Dialer {
  const tcp = tls ? tlsDialer(tls === true ? {} : tls) : clientDialer;
  return {
    async connect(address, signal) {
      const isWeb = isWebSocketAddress(address);
      if (
        tokenAt(address) !== undefined && !insecure &&
        !(isWeb ? isSafeUrl(address) : tls || isHere(address))
      ) {
        throw unsafeTokenError("tls: true, wss://, or insecure: true");
      }
      return await (isWeb ? clientDialer : tcp).connect(address, signal);
    },
  };
}

function isHere(address: string): boolean {
  return isLoopback(parseAddress(address).hostname);
}

/** Whether nobody in between reads what a WebSocket of that address says. */
function isSafeUrl(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === "wss:" || isLoopback(hostname.replace(/^\[(.*)\]$/, "$1"));
}
