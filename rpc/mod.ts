/**
 * Remote procedure calls: MessagePack-RPC in length-prefixed frames over TCP. Knows neither actors
 * nor keys.
 *
 * A server executes whole frames and gives their replies; a connection carries any number of calls
 * at once.
 *
 * ```ts
 * import { answerFrames, MsgpackReader, MsgpackWriter, realEnvironment, RpcConnection, RpcServer, tcpTransport } from "./mod.ts";
 *
 * const reader = new MsgpackReader(new Uint8Array());
 * const writer = new MsgpackWriter();
 * const server = new RpcServer({
 *   transport: tcpTransport,
 *   environment: realEnvironment,
 *   hostname: "127.0.0.1",
 *   port: 0,
 *   serve: () => ({
 *     execute(frames) {
 *       writer.clear();
 *       const answer = answerFrames(frames, reader, writer, {
 *         request: (_request, _reader, writer) => void writer.str("pong"),
 *         bug: console.error,
 *       });
 *       return { ...answer, replies: writer.written().slice() };
 *     },
 *   }),
 * });
 * const connection = new RpcConnection(server.address, tcpTransport, realEnvironment);
 * const pong = await connection.call({
 *   method: "Ping",
 *   writeParams: (writer) => writer.arrayHeader(0),
 *   readResult: (reader) => reader.str(),
 *   repeatable: true,
 * }, { timeoutMs: 1000 });
 * if (pong !== "pong") throw new Error("no pong");
 * await connection.close();
 * await server.close();
 * ```
 *
 * @module
 */

export * from "./msgpack/mod.ts";
export { formatAddress, hostOf, isLoopback, parseAddress, subnetOf } from "./address.ts";
export { isAllocationFailure } from "./allocation_failure.ts";
export { type Answer, answerFrames, deferred, inTurns, type RequestHandler } from "./answer.ts";
export { type AwakeEnvironment, awakeEnvironment } from "./awake_environment.ts";
export { Backoff, type BackoffOptions, reconnectBackoff } from "./backoff.ts";
export { Charge } from "./charge.ts";
export { delayedTransport } from "./delayed_transport.ts";
export {
  type Call,
  type CallOptions,
  type ConnectionListener,
  RpcConnection,
} from "./connection.ts";
export { compareBytes } from "./compare_bytes.ts";
export { concatenated } from "./concatenated.ts";
export { dial } from "./dial.ts";
export {
  type Accounted,
  type Clock,
  type Connected,
  type Environment,
  type Limited,
  type Random,
  realEnvironment,
  type Sliced,
  type Timers,
} from "./environment.ts";
export {
  ConnectionError,
  type ErrorCode,
  errorCodes,
  isRetriable,
  RpcError,
  TimeoutError,
} from "./errors.ts";
export { escapeControl, escapeControlInLines, escapedJson } from "./escape.ts";
export {
  FrameError,
  frameHeaderBytes,
  frameHeadroomBytes,
  frameLength,
  FrameReader,
  type RequestCutter,
} from "./frame_reader.ts";
export { pause } from "./pause.ts";
export { nativeHashes } from "./native_hashes.ts";
export { freeMemory } from "./msgpack/free_memory.ts";
export { spareMemory } from "./msgpack/spare_memory.ts";
export { greatestShare } from "./greatest_share.ts";
export { TokenBucket } from "./token_bucket.ts";
export { KeyedBuckets, type KeyedBucketsOptions } from "./keyed_buckets.ts";
export { RecentMap } from "./recent_map.ts";
export { TurnTime } from "./turn_time.ts";
export { isUnintelligible } from "./unintelligible.ts";
export { FrameSender, type FrameSenderListener } from "./frame_sender.ts";
export {
  type AccountFigures,
  type Charged,
  MemoryAccount,
  type MemoryHolder,
  type MemoryKind,
  memoryKinds,
  type SharedFigure,
} from "./memory_account.ts";
export {
  beginNotification,
  beginRequest,
  beginResponse,
  Incoming,
  readNotificationHead,
  readResponseHead,
  ShapeError,
  writeErrorResponse,
  writeFlagResponse,
} from "./message.ts";
export {
  type Cut,
  type EndConnection,
  type FrameExecutor,
  type Reply,
  type SendDeferred,
  type ServingEnvironment,
} from "./served_connection.ts";
export {
  ConnectionRoom,
  type Occupant,
  type RoomFigures,
  type Standing,
} from "./connection_room.ts";
export { type ProcessFigures, ProcessRoom } from "./process_room.ts";
export { type Crowd, RpcServer, type RpcServerOptions, type Served } from "./server.ts";
export type { Yielding } from "./event_loop.ts";
export { type Flow, type SliceEnvironment, TimeSlices } from "./time_slices.ts";
export { tcpTransport } from "./tcp.ts";
export { clientDialer } from "./client_dialer.ts";
export { expectNoAlert, TlsError, unsafeTokenError } from "./tls_error.ts";
export type { TlsSettings } from "./tls_settings.ts";
export { canAskForCertificates } from "./node_tls_listener.ts";
export { expectUsable, TlsTransport } from "./tls.ts";
export { tlsDialer } from "./tls_dialer.ts";
export type { ByteListener, ByteStream, Dialer, Transport } from "./transport.ts";
export { isWebSocketAddress } from "./web_socket.ts";
