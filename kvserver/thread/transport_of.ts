import { tcpTransport, type TlsSettings, TlsTransport, type Transport } from "../../rpc/mod.ts";

/** The network of a thread: TLS with these settings, or plain TCP. */
export function transportOf(tls: TlsSettings | undefined): Transport {
  return tls === undefined ? tcpTransport : new TlsTransport(tls);
}

/** Has a network use other certificates, if it is one that uses any. */
export async function reloadTls(transport: Transport, tls: TlsSettings): Promise<void> {
  if (transport instanceof TlsTransport) await transport.reload(tls);
}
