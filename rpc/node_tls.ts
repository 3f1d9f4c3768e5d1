import { connected, NodeStream } from "./node_tcp.ts";
import { parseAddress } from "./address.ts";
import { tlsErrorOf } from "./tls_error.ts";
import type { TlsSettings } from "./tls_settings.ts";
import type { Dialer } from "./transport.ts";

/** TLS on Node. Who is dialed is verified, by the name that was dialed. */
export function nodeTlsDialer({ ca, cert, key }: TlsSettings): Dialer {
  return {
    async connect(address, signal) {
      const { hostname: host, port } = parseAddress(address);
      const [{ connect, rootCertificates }, { isIP }] = await Promise.all([
        import("node:tls"),
        import("node:net"),
      ]);
      signal?.throwIfAborted();
      // An address is no name that a server could be asked for.
      const servername = isIP(host) === 0 ? host : undefined;
      const cas = ca === undefined ? undefined : [...rootCertificates, ca];
      const socket = connect({ host, port, ca: cas, cert, key, servername });
      socket.setNoDelay(true);
      try {
        await connected(socket, signal, "secureConnect");
      } catch (error) {
        socket.destroy();
        const { code } = error as { code?: string };
        throw signal?.aborted || /^E[A-Z]+$/.test(code ?? "") ? error : tlsErrorOf(error);
      }
      return new NodeStream(socket, address);
    },
  };
}
