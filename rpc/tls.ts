import { parseAddress } from "./address.ts";
import { type Accepting, DenoListener, DenoStream, waiting } from "./deno_stream.ts";
import { canAskForCertificates, NodeTlsListener } from "./node_tls_listener.ts";
import { isTlsFault, TlsError, tlsErrorOf } from "./tls_error.ts";
import type { TlsSettings } from "./tls_settings.ts";
import type { ByteListener, Transport } from "./transport.ts";

/** TLS on Deno. Who is dialed is verified, by the name that was dialed. */
export class TlsTransport implements Transport {
  #settings: TlsSettings;
  /** Ports, and how many connections may wait at each. */
  #listeners = new Map<DenoListener<Deno.TlsConn> | NodeTlsListener, number | undefined>();

  /** @throws {TypeError} when clients are to be asked for certificates, and this runtime cannot do that. */
  constructor(settings: TlsSettings) {
    if (settings.clientCa !== undefined && !canAskForCertificates()) {
      throw new TypeError(
        "Cannot ask clients for certificates: this runtime cannot, Deno 2.9.6 can",
      );
    }
    this.#settings = settings;
  }

  listen(hostname: string, port: number, backlog?: number): ByteListener {
    const listener = this.#settings.clientCa === undefined
      ? new DenoListener(
        this.#bind(hostname, port, backlog),
        (conn: Deno.TlsConn) => new TlsStream(conn, false),
      )
      : new NodeTlsListener(hostname, () => this.#bind(hostname, port), backlog, this.#settings);
    this.#listeners.set(listener, backlog);
    return {
      address: listener.address,
      accept: () => listener.accept(),
      close: () => {
        this.#listeners.delete(listener);
        listener.close();
      },
    };
  }

  async bound(): Promise<void> {
    for (const listener of this.#listeners.keys()) {
      if (listener instanceof NodeTlsListener) await listener.bound;
    }
  }

  async connect(address: string, signal?: AbortSignal): Promise<TlsStream> {
    const { hostname, port } = parseAddress(address);
    const { ca, cert, key } = this.#settings;
    const caCerts = ca === undefined ? undefined : [ca];
    // It is shown to those alone who ask for one.
    const isShown = cert !== undefined && key !== undefined;
    const conn = isShown
      ? await Deno.connectTls({ hostname, port, caCerts, cert, key })
      : await startTls(await Deno.connect({ hostname, port, signal }), hostname, caCerts);
    const end = () => conn.close();
    signal?.addEventListener("abort", end);
    try {
      await conn.handshake();
      return new TlsStream(conn, true);
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
    // What cannot be used is found out here, while all goes on as before.
    expectUsable(settings);
    this.#settings = settings;
    await Promise.all(
      Array.from(this.#listeners, ([listener, backlog]) => {
        if (listener instanceof NodeTlsListener) return listener.reload(settings);
        const { hostname, port } = parseAddress(listener.address);
        return listener.replace(() => this.#bind(hostname, port, backlog));
      }),
    );
  }

  #bind(hostname: string, port: number, backlog?: number): Accepting<Deno.TlsConn> {
    const { cert, key } = this.#settings;
    if (cert === undefined || key === undefined) {
      throw new TypeError("Cannot listen for TLS: there is no certificate");
    }
    const options = { hostname, port, cert, key, ...waiting(backlog) };
    return Deno.listenTls(options);
  }
}

/** @throws {Error} when the certificate and the key are none, or not of each other. */
export function expectUsable({ cert, key }: TlsSettings): void {
  if (cert === undefined || key === undefined) return;
  Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key }).close();
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
  #isDialed: boolean;
  #hasRead = false;

  /** @param isDialed whether the other end accepted it: what it finds wrong may come after the handshake */
  constructor(conn: Deno.TlsConn, isDialed: boolean) {
    super(conn);
    this.#isDialed = isDialed;
  }

  override async read(into: Uint8Array): Promise<number | null> {
    try {
      const count = await super.read(into);
      this.#hasRead = true;
      return count;
    } catch (error) {
      // Who is killed does not end TLS first. What is spoken within it says by itself how long it is.
      if (this.#hasRead && error instanceof Deno.errors.UnexpectedEof) return null;
      throw this.#errorOf(error);
    }
  }

  override async write(bytes: Uint8Array): Promise<void> {
    try {
      await super.write(bytes);
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  #errorOf(error: unknown): unknown {
    const { ConnectionReset, BrokenPipe } = Deno.errors;
    const isEnded = error instanceof ConnectionReset || error instanceof BrokenPipe;
    if (this.#isDialed && !this.#hasRead && isEnded) {
      return new TlsError(
        "the other end ended the connection: it may ask for another certificate of the client (--tls-cert)",
        { cause: error },
      );
    }
    return isTlsFault(error) ? tlsErrorOf(error) : error;
  }
}
