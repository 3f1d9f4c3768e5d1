/**
 * Takes a `host:port` apart; an IPv6 host stands in brackets.
 *
 * @throws {TypeError} when it is not of that form.
 */
export function parseAddress(address: string): { hostname: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^\s:\[\]\/]+)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) {
    throw new TypeError(
      `Cannot use "${address}" as an address: allowed is HOST:PORT, as in 127.0.0.1:6001`,
    );
  }
  return { hostname: match[1] ?? match[2], port };
}

/** Puts a `host:port` together; an IPv6 host gets its brackets. */
export function formatAddress({ hostname, port }: { hostname: string; port: number }): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** Whether a host is this machine itself, which others cannot reach. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** The host of a `host:port`: the same for all connections from there. */
export function hostOf(address: string): string {
  return address.replace(/:\d+$/, "");
}
