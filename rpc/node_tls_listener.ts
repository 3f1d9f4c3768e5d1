import type { Socket } from "node:net";
import type * as Tls from "node:tls";
import { formatAddress } from "./address.ts";
import { NodeStream } from "./node_tcp.ts";
import { tlsErrorOf } from "./tls_error.ts";
import type { TlsSettings } from "./tls_settings.ts";
import type { ByteListener, ByteStream } from "./transport.ts";

/** Whether the runtime can ask clients for certificates: that of Node's interface can, from Deno 2.9 on. */
export function canAskForCertificates(): boolean {
  return typeof loadTls()?.Server?.prototype?.setSecureContext === "function";
}

/** Loaded by whoever asks for certificates, at once, because a port is bound at once. A browser has none. */
function loadTls(): typeof Tls | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): typeof Tls } };
  return process?.getBuiltinModule?.("node:tls");
}

/** A port that speaks TLS, and asks its clients for certificates. */
export class NodeTlsListener implements ByteListener {
  readonly address: string;
  /** Resolves when connections are taken; rejects when another one has taken the port meanwhile. */
  readonly bound: Promise<void>;
  #server: Tls.Server;
  /** Connections that were not accepted yet. */
  #waiting: ByteStream[] = [];
  #error: Error | undefined;
  #isClosed = false;
  /** Has `accept` look again. */
  #wake = () => {};

  /**
   * @param probe binds the port, which is free again when it is closed: Node's way to bind one does not say
   * at once whether that can be done
   * @throws {Error} when the port cannot be bound.
   */
  constructor(
    hostname: string,
    probe: () => { readonly addr: Deno.NetAddr; close(): void },
    backlog: number | undefined,
    settings: TlsSettings,
  ) {
    const { createServer } = loadTls()!;
    const server = this.#server = createServer({
      ...contextOf(settings),
      requestCert: true,
      rejectUnauthorized: true,
      noDelay: true,
      allowHalfOpen: true,
    } as Tls.TlsOptions);
    const probed = probe();
    const { port } = probed.addr;
    probed.close();
    this.address = formatAddress({ hostname: probed.addr.hostname, port });
    server.on("error", (error) => this.#fail(error));
    server.on("secureConnection", (socket) => this.#add(new NodeStream(socket, peerOf(socket))));
    server.on("tlsClientError", (error, socket) => {
      this.#add(failedStream(peerOf(socket), tlsErrorOf(error)));
    });
    this.bound = new Promise((resolve, reject) => {
      server.once("listening", resolve);
      server.once("error", reject);
    });
    // Who awaits it is told all the same.
    this.bound.catch(() => {});
    server.listen({ host: hostname, port, backlog });
  }

  /** Uses other certificates for the connections to come. */
  reload(settings: TlsSettings): void {
    this.#server.setSecureContext(contextOf(settings));
  }

  async accept(): Promise<ByteStream | null> {
    for (;;) {
      const stream = this.#waiting.shift();
      if (stream !== undefined) return stream;
      if (this.#isClosed) return null;
      const error = this.#error;
      this.#error = undefined;
      if (error !== undefined) throw error;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#server.close();
    for (const stream of this.#waiting.splice(0)) stream.close();
    this.#wake();
  }

  #add(stream: ByteStream): void {
    if (this.#isClosed) return stream.close();
    this.#waiting.push(stream);
    this.#wake();
  }

  #fail(error: Error): void {
    this.#error = error;
    this.#wake();
  }
}

function contextOf({ cert, key, clientCa: ca }: TlsSettings): Tls.SecureContextOptions {
  return { cert, key, ca };
}

/** Where a connection comes from; of one whose handshake has failed, the connection below it says that. */
function peerOf(socket: Socket & { _parent?: Socket }): string {
  const { remoteAddress: hostname = "unknown", remotePort: port = 0 } = socket.remoteAddress
    ? socket
    : socket._parent ?? socket;
  return formatAddress({ hostname, port });
}

/** A connection that did not come about. */
function failedStream(peer: string, error: Error): ByteStream {
  const fail = () => Promise.reject(error);
  return { peer, read: fail, write: fail, closeWrite: fail, close() {} };
}
