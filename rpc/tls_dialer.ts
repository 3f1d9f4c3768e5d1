import { nodeTlsDialer } from "./node_tls.ts";
import { TlsTransport } from "./tls.ts";
import type { TlsSettings } from "./tls_settings.ts";
import type { Dialer } from "./transport.ts";

/** TLS connections of the runtime that the program is on: Deno's own, or else those of `node:tls`. */
export function tlsDialer(settings: TlsSettings): Dialer {
  return "Deno" in globalThis ? new TlsTransport(settings) : nodeTlsDialer(settings);
}
