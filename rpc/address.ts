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

/**
 * Those who share something with a host, for what is counted by address: whoever has one address of IPv6 has all
 * that begin with the same 64 bits. A host of IPv4, or a name, stands for itself.
 */
export function subnetOf(host: string): string {
  const text = host.replace(/^\[|\]$/g, "");
  if (!text.includes(":")) return text;
  // A port of IPv6 tells addresses of IPv4 so.
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(text);
  if (mapped !== null) return mapped[1];
  const [before, after] = text.split("::").map((part) => part === "" ? [] : part.split(":"));
  const zeros = Math.max(0, 8 - before.length - (after?.length ?? 8));
  const groups = [...before, ...new Array(zeros).fill("0"), ...after ?? []];
  return `${groups.slice(0, 4).join(":")}::/64`;
}
