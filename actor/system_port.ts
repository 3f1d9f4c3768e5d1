import {
  answerFrames,
  type Environment,
  type Incoming,
  MsgpackReader,
  MsgpackWriter,
  RpcError,
  RpcServer,
  type Transport,
  writeValue,
} from "../rpc/mod.ts";
import type { SystemStats } from "./stats.ts";

/** What the system port needs of its system. */
interface SystemPortOptions {
  transport: Transport;
  environment: Environment;
  hostname: string;
  port: number;
  describe(): string;
  stats(): SystemStats;
  onBug(error: unknown): void;
}

/**
 * Serves the requests that anyone may make of a system: `Describe`, `Ping` and `Stats`. Trailing
 * params, as a newer version may send them, are ignored.
 *
 * @throws {Error} when the port cannot be bound.
 */
export function systemPort(options: SystemPortOptions): RpcServer {
  const methods = new Map<string, (writer: MsgpackWriter) => void>([
    ["Describe", (writer) => void writer.str(options.describe())],
    ["Ping", (writer) => void writer.str("pong")],
    ["Stats", (writer) => writeValue(writer, options.stats())],
  ]);
  const handler = {
    request(request: Incoming, reader: MsgpackReader, writer: MsgpackWriter) {
      const name = request.method(reader);
      const method = methods.get(name);
      if (method === undefined) {
        throw new RpcError(
          "unknown_method",
          `Cannot call ${JSON.stringify(name)}: allowed are ${[...methods.keys()].join(", ")}`,
        );
      }
      method(writer);
    },
    bug: options.onBug,
  };
  const reader = new MsgpackReader(new Uint8Array());
  return new RpcServer({
    transport: options.transport,
    timers: options.environment,
    hostname: options.hostname,
    port: options.port,
    execute(frames) {
      const writer = new MsgpackWriter();
      const answer = answerFrames(frames, reader, writer, handler);
      return { ...answer, replies: writer.written() };
    },
  });
}
