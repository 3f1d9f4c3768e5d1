import { tapConnections } from "./tapped_connections.ts";

/** Bytes that came and left on all connections of this process. */
export interface CountedBytes {
  received: number;
  sent: number;
}

/** Has each connection from now on count its bytes. */
export function countBytes(): Readonly<CountedBytes> {
  const bytes: CountedBytes = { received: 0, sent: 0 };
  tapConnections({
    received: (count) => bytes.received += count,
    sent: ({ length }) => bytes.sent += length,
  });
  return bytes;
}
