import { parseAddress } from "./address.ts";
import { DenoListener, DenoStream, waiting } from "./deno_stream.ts";
import type { Transport } from "./transport.ts";

/** TCP on Deno, each write sent at once (no Nagle delay). */
export const tcpTransport: Transport = {
  listen(hostname, port, backlog) {
    const options = { hostname, port, transport: "tcp" as const, ...waiting(backlog) };
    return new DenoListener(Deno.listen(options), (conn) => new DenoStream(conn));
  },
  async connect(address, signal) {
    return new DenoStream(await Deno.connect({ ...parseAddress(address), signal }));
  },
};
