import {
  answerFrames,
  type FrameExecutor,
  type Incoming,
  MsgpackReader,
  MsgpackWriter,
  realEnvironment,
  type RequestHandler,
  RpcError,
  RpcServer,
  type RpcServerOptions,
  tcpTransport,
} from "../../rpc/mod.ts";

/** What a `startServer` server was asked and told. */
export interface TestServer extends AsyncDisposable {
  server: RpcServer;
  address: string;
  /** What `onFault` was told. */
  faults: unknown[];
}

/** Options of a server, and what executes the frames of all of its connections. */
export type ServerUnderTestOptions = Partial<RpcServerOptions> & Partial<FrameExecutor>;

/** A server on a port of its own that knows `Ping []`, `Echo [value]` and `Long [bytes]`. */
export function startServer(
  options: ServerUnderTestOptions = {},
): TestServer {
  const executor: FrameExecutor = { execute: options.execute ?? execute };
  const faults: unknown[] = [];
  const server = new RpcServer({
    transport: tcpTransport,
    environment: realEnvironment,
    hostname: "127.0.0.1",
    port: 0,
    serve: () => executor,
    onFault: (_peer, error) => faults.push(error),
    ...options,
  });
  return {
    server,
    address: server.address,
    faults,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

const handler: RequestHandler = {
  request(request: Incoming, reader: MsgpackReader, writer: MsgpackWriter): void {
    switch (request.method(reader)) {
      case "Ping":
        return void writer.str("pong");
      case "Echo":
        return writer.raw(reader.bytes.subarray(reader.at, reader.end));
      case "Long":
        return writer.bin(new Uint8Array(reader.uint()));
      default:
        throw new RpcError("unknown_method", "Cannot call that");
    }
  },
  bug(error) {
    throw error;
  },
};

/** Executes frames as every server here does. */
export function execute(frames: Uint8Array) {
  const writer = new MsgpackWriter();
  const answer = answerFrames(frames, new MsgpackReader(new Uint8Array()), writer, handler);
  return { ...answer, replies: writer.written() };
}
