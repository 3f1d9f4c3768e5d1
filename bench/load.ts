import {
  beginRequest,
  type ByteStream,
  frameHeaderBytes,
  frameLength,
  FrameReader,
  MsgpackWriter,
  tcpTransport,
} from "../rpc/mod.ts";

/** What a load consists of. */
export interface LoadOptions {
  /** The query port, as `host:port`. */
  address: string;
  method: "Get" | "Put";
  connections: number;
  /** Requests that a connection sends at once, awaiting all their replies before the next. */
  depth: number;
  seconds: number;
}

/** What a load measured. */
export interface LoadResult {
  requestsPerSecond: number;
  /** Time from a batch's write to its last reply, microseconds. */
  p50Us: number;
  p99Us: number;
}

/** Different keys that a load asks for. */
const keyCount = 10_000;

/** Batches built before the clock starts; connections take them in turn. */
const batchCount = 1_000;

/** Bytes of a value. */
const valueBytes = 16;

/** Puts every key that a load asks for. */
export async function fill(address: string): Promise<void> {
  const writer = new MsgpackWriter();
  for (let i = 0; i < keyCount; i++) writeRequest(writer, i, "Put", keyOf(i));
  const connection = new LoadConnection(await tcpTransport.connect(address));
  await connection.exchange(writer.written(), keyCount);
  connection.close();
}

/** Runs a load. Requests are built beforehand, replies counted and not decoded. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const batches = Array.from({ length: batchCount }, () => {
    const writer = new MsgpackWriter();
    for (let i = 0; i < options.depth; i++) {
      writeRequest(writer, i, options.method, keyOf(Math.floor(Math.random() * keyCount)));
    }
    return writer.written();
  });
  const connections = await Promise.all(
    Array.from(
      { length: options.connections },
      async () => new LoadConnection(await tcpTransport.connect(options.address)),
    ),
  );
  const latenciesUs: number[] = [];
  const startMs = performance.now();
  const endMs = startMs + options.seconds * 1000;
  let next = 0;
  await Promise.all(connections.map(async (connection) => {
    for (let sentMs = startMs; sentMs < endMs;) {
      await connection.exchange(batches[next++ % batchCount], options.depth);
      const repliedMs = performance.now();
      latenciesUs.push((repliedMs - sentMs) * 1000);
      sentMs = repliedMs;
    }
    connection.close();
  }));
  const elapsedSeconds = (performance.now() - startMs) / 1000;
  latenciesUs.sort((a, b) => a - b);
  return {
    requestsPerSecond: latenciesUs.length * options.depth / elapsedSeconds,
    p50Us: latenciesUs[Math.floor(latenciesUs.length * 0.5)],
    p99Us: latenciesUs[Math.floor(latenciesUs.length * 0.99)],
  };
}

/** A connection that sends prebuilt requests and only counts the replies. */
class LoadConnection {
  #stream: ByteStream;
  #frames = new FrameReader();

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** Sends `requests`; resolves when `count` replies have come. */
  async exchange(requests: Uint8Array, count: number): Promise<void> {
    const written = this.#stream.write(requests);
    for (let missing = count; missing > 0;) {
      const received = await this.#stream.read(this.#frames.space());
      if (received === null) throw new Error("The server ended a connection under load");
      this.#frames.received(received);
      const frames = this.#frames.take() ?? nothing;
      for (let at = 0; at < frames.length; missing--) {
        if (isError(frames, at)) throw new Error("The server answered a request with an error");
        at += frameHeaderBytes + frameLength(frames, at);
      }
    }
    await written;
  }

  close(): void {
    this.#stream.close();
  }
}

const nothing = new Uint8Array();

/** In a response without an error a nil follows the msgid, which is below 2^16 here. */
function isError(frames: Uint8Array, at: number): boolean {
  const msgidAt = at + frameHeaderBytes + 2;
  const msgidBytes = frames[msgidAt] < 0x80 ? 1 : frames[msgidAt] === 0xcc ? 2 : 3;
  return frames[msgidAt + msgidBytes] !== 0xc0;
}

function writeRequest(
  writer: MsgpackWriter,
  msgid: number,
  method: "Get" | "Put",
  key: string,
): void {
  const frame = beginRequest(writer, msgid, method);
  writer.arrayHeader(method === "Get" ? 1 : 2);
  writer.str(key);
  if (method === "Put") writer.str("v".repeat(valueBytes));
  writer.endFrame(frame);
}

function keyOf(i: number): string {
  return `key:${String(i).padStart(12, "0")}`;
}
