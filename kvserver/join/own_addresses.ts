import { formatAddress, parseAddress } from "../../rpc/mod.ts";

/** Where a server is to listen, as its options say. */
interface OwnPort {
  hostname: string;
  startPort: number;
  advertise?: string;
}

/** All names of the interface that only this machine reaches. */
const loopback = ["127.0.0.1", "::1", "localhost"];

/** Those that listen on it too. */
const wildcard = ["0.0.0.0", "::"];

/**
 * The addresses at which a server will find nobody but itself: who starts all servers of a cluster with
 * one list of `--join` names them. With port 0 only the advertised one is known before it starts.
 */
export function ownAddresses(
  { hostname, startPort, advertise }: OwnPort,
): string[] {
  const advertised = advertise === undefined ? [] : [formatAddress(parseAddress(advertise))];
  if (startPort === 0) return advertised;
  const isLocal = loopback.includes(hostname) || wildcard.includes(hostname);
  const hostnames = isLocal ? loopback : [hostname];
  return [
    ...advertised,
    ...hostnames.map((hostname) => formatAddress({ hostname, port: startPort })),
  ];
}
