/** Sees what passes on connections. */
export interface Tap {
  /** So many bytes have come. */
  received(count: number): void;
  /** These bytes have left. */
  sent(bytes: Uint8Array): void;
}

/**
 * Has connections be tapped from now on: games of all versions connect by `Deno.connect`.
 *
 * @param port only those to this one; default: all
 * @returns ends it, for connections from then on
 */
export function tapConnections(tap: Tap, port?: number): () => void {
  const { connect } = Deno;
  const connectTcp = connect.bind(Deno) as (options: Deno.ConnectOptions) => Promise<Deno.TcpConn>;
  const tapped = async (options: Deno.ConnectOptions) => {
    const conn = await connectTcp(options);
    if (port !== undefined && options.port !== port) return conn;
    const read = conn.read.bind(conn);
    const write = conn.write.bind(conn);
    conn.read = async (into) => {
      const n = await read(into);
      tap.received(n ?? 0);
      return n;
    };
    conn.write = async (from) => {
      const n = await write(from);
      tap.sent(from.subarray(0, n));
      return n;
    };
    return conn;
  };
  Deno.connect = tapped as typeof Deno.connect;
  return () => {
    Deno.connect = connect;
  };
}
