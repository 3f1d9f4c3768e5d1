import { parseAddress } from "./address.ts";
import { type Accepting, DenoListener, DenoStream } from "./deno_stream.ts";
import { isTlsFault, tlsErrorOf } from "./tls_error.ts";
import type { TlsSettings } from "./tls_settings.ts";
import type { ByteListener, Transport } from "./transport.ts";

/** TLS on Deno. Who is dialed is verified, by the name that was dialed. */
export class TlsTransport implements Transport {
  #settings: TlsSettings;
  #listeners = new Set<DenoListener<Deno.TlsConn>>();

  constructor(settings: TlsSettings) {
    this.#settings = settings;
  }

  listen(hostname: string, port: number): ByteListener {
    const listener = new DenoListener(
      this.#bind(hostname, port),
      (conn: Deno.TlsConn) => new TlsStream(conn),
    );
    this.#listeners.add(listener);
    return {
      address: listener.address,
      accept: () => listener.accept(),
      close: () => {
        this.#listeners.delete(listener);
        listener.close();
      },
    };
  }

  async connect(address: string, signal?: AbortSignal): Promise<TlsStream> {
    const { hostname, port } = parseAddress(address);
    const { ca, cert, key, clientCa } = this.#settings;
    const caCerts = ca === undefined ? undefined : [ca];
    // Those who ask for certificates of clients show theirs to others that ask.
    const isShown = clientCa !== undefined && cert !== undefined && key !== undefined;
    const conn = isShown
      ? await Deno.connectTls({ hostname, port, caCerts, cert, key })
      : await startTls(await Deno.connect({ hostname, port, signal }), hostname, caCerts);
    const end = () => conn.close();
    signal?.addEventListener("abort", end);
    try {
      await conn.handshake();
      return new TlsStream(conn);
    } catch (error) {
      if (!signal?.aborted) conn.close();
      throw tlsErrorOf(error);
    } finally {
      signal?.removeEventListener("abort", end);
    }
  }

  /**
   * Uses other certificates from now on: ports are bound anew, which takes a few milliseconds. Connections
   * that are open stay as they are.
   */
  async reload(settings: TlsSettings): Promise<void> {
    const { cert, key } = settings;
    // What cannot be used is found out here, while all goes on as before.
    if (cert !== undefined && key !== undefined) {
      Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key }).close();
    }
    this.#settings = settings;
    await Promise.all(
      [...this.#listeners].map((listener) => {
        const { hostname, port } = parseAddress(listener.address);
        return listener.replace(() => this.#bind(hostname, port));
      }),
    );
  }

  #bind(hostname: string, port: number): Accepting<Deno.TlsConn> {
    const { cert, key } = this.#settings;
    if (cert === undefined || key === undefined) {
      throw new TypeError("Cannot listen for TLS: there is no certificate");
    }
    return Deno.listenTls({ hostname, port, cert, key });
  }
}

function startTls(
  conn: Deno.TcpConn,
  hostname: string,
  caCerts: string[] | undefined,
): Promise<Deno.TlsConn> {
  conn.setNoDelay(true);
  return Deno.startTls(conn, { hostname, caCerts });
}

/** A connection in TLS. Its handshake ends with the first byte that is read or written. */
class TlsStream extends DenoStream {
  override async read(into: Uint8Array): Promise<number | null> {
    try {
      return await super.read(into);
    } catch (error) {
      throw isTlsFault(error) ? tlsErrorOf(error) : error;
    }
  }
}
