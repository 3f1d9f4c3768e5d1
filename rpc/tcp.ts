import { parseAddress } from "./address.ts";
import { DenoListener, DenoStream } from "./deno_stream.ts";
import type { Transport } from "./transport.ts";

/** TCP on Deno, each write sent at once (no Nagle delay). */
export const tcpTransport: Transport = {
  listen(hostname, port, backlog) {
    // Deno 2.4 does not know the last option, and has 128 wait.
    const options = { hostname, port, transport: "tcp" as const, tcpBacklog: backlog };
    return new DenoListener(Deno.listen(options), (conn) => new DenoStream(conn));
  },
  async connect(address, signal) {
    return new DenoStream(await Deno.connect({ ...parseAddress(address), signal }));
  },
};
