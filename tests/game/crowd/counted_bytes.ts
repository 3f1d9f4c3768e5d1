/** Bytes that came and left on all connections of this process. */
export interface CountedBytes {
  received: number;
  sent: number;
}

/** Has each connection from now on count its bytes: games of all versions connect by `Deno.connect`. */
export function countBytes(): Readonly<CountedBytes> {
  const bytes: CountedBytes = { received: 0, sent: 0 };
  const connect = Deno.connect.bind(Deno);
  const counting = async (options: Deno.ConnectOptions) => {
    const conn = await connect(options);
    const read = conn.read.bind(conn);
    const write = conn.write.bind(conn);
    conn.read = async (into) => {
      const n = await read(into);
      bytes.received += n ?? 0;
      return n;
    };
    conn.write = async (from) => {
      const n = await write(from);
      bytes.sent += n;
      return n;
    };
    return conn;
  };
  Deno.connect = counting as typeof Deno.connect;
  return bytes;
}
