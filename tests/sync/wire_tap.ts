import { type ByteListener, type ByteStream, tcpTransport, type Transport } from "../../rpc/mod.ts";

/**
 * TCP, seen by the test: what a server sends on the connections that it dials, which are those to
 * other servers.
 */
export class WireTap implements Transport {
  /** Bytes that left on dialed connections. */
  sentBytes = 0;
  /** Bytes that came back on them. */
  receivedBytes = 0;
  /** Where each port listens, in the order in which they were bound: a server's system port first. */
  readonly listening: string[] = [];
  /** Called with what leaves: whole frames, as a link writes them. */
  onSend: (to: string, bytes: Uint8Array) => void = () => {};

  listen(hostname: string, port: number): ByteListener {
    const listener = tcpTransport.listen(hostname, port);
    this.listening.push(listener.address);
    return listener;
  }

  async connect(address: string): Promise<ByteStream> {
    const stream = await tcpTransport.connect(address);
    return {
      peer: stream.peer,
      read: async (into) => {
        const count = await stream.read(into);
        this.receivedBytes += count ?? 0;
        return count;
      },
      write: (bytes) => {
        this.sentBytes += bytes.length;
        this.onSend(address, bytes);
        return stream.write(bytes);
      },
      closeWrite: () => stream.closeWrite(),
      close: () => stream.close(),
    };
  }
}

/** How often `text` stands in `bytes`. */
export function occurrences(bytes: Uint8Array, text: string): number {
  // A character for each byte: so the search is the engine's own.
  return new TextDecoder("latin1").decode(bytes).split(text).length - 1;
}
