import { isWebSocketAddress, parseAddress } from "../rpc/mod.ts";
import { FixedRouter, PinnedRouter, type QueryRouter, RoundRobinRouter } from "./router.ts";

/**
 * What a client asks: the `host:port` of one query port, several of them, or a router that names one
 * for each call. An address may also be that of a WebSocket, `ws://HOST:PORT/rpc` of a server's HTTP port:
 * the only kind in a browser.
 *
 * A client of several addresses stays with one of them, the first at the beginning, until a call
 * there fails because the address cannot be reached; the calls after that go to the next one. So what
 * it has put it also finds, as long as its server is there.
 */
export type ClientTarget = string | readonly string[] | QueryRouter;

/**
 * Makes the router that a target stands for; a target that is a router already is that router.
 *
 * @throws {TypeError} when the target is neither an address, addresses, nor a router; {RangeError} when
 * it is a list of no address.
 */
export function routerTo(target: ClientTarget): QueryRouter {
  if (typeof target === "string") return new FixedRouter(expectQueryAddress(target));
  if (isList(target)) {
    return new PinnedRouter(new RoundRobinRouter(target.map(expectQueryAddress)));
  }
  if (typeof target?.nextAddr === "function") return target;
  throw new TypeError(
    `Cannot ask ${String(target)}: allowed is HOST:PORT, a list of them, or a router`,
  );
}

/** @returns `address`. @throws {TypeError} when it is none that can be connected to. */
function expectQueryAddress(address: string): string {
  if (isWebSocketAddress(address)) return expectWebSocketAddress(address);
  if (parseAddress(address).port > 0) return address;
  throw new TypeError(
    `Cannot use "${address}" as an address: nobody listens on port 0, allowed is 1 to 65535`,
  );
}

/** @throws {TypeError} when a WebSocket cannot be opened there, because it is no URL or has more than one may. */
function expectWebSocketAddress(address: string): string {
  const url = URL.parse(address);
  if (url !== null && url.username === "" && url.password === "" && url.hash === "") return address;
  throw new TypeError(
    `Cannot use "${address}" as an address: allowed is ws://HOST:PORT/rpc, or wss://`,
  );
}

/** `Array.isArray` leaves a readonly array among what is none. */
function isList(target: ClientTarget): target is readonly string[] {
  return Array.isArray(target);
}
