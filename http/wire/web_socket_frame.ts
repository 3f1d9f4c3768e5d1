/**
 * Frames of WebSockets (RFC 6455), without what is in them.
 *
 * @module
 */

/** What a frame is. */
export const opcodes = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

/** Why a WebSocket is ended. */
export const closeCodes = {
  normal: 1000,
  protocolError: 1002,
  unsupported: 1003,
  tooLong: 1009,
} as const;

/** The most bytes of a frame that is no part of a message. */
export const controlBytesMax = 125;

/** What stands before a payload that a client sends. */
export interface FrameHead {
  readonly opcode: number;
  /** Whether the message ends with it. */
  readonly isLast: boolean;
  readonly payloadBytes: number;
  /** Four bytes that the payload's bytes are combined with. */
  readonly mask: Uint8Array;
}

/** What a client sends breaks the protocol; the code says how. */
export class WebSocketError extends Error {
  static {
    this.prototype.name = "WebSocketError";
  }

  constructor(message: string, readonly code: number = closeCodes.protocolError) {
    super(message);
  }
}

/** Bytes of the head that begins with these two. */
export function headBytes(second: number): number {
  const length = second & 0x7f;
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + 4;
}

/** Reads a whole head. @throws {WebSocketError} when it breaks the protocol. */
export function readHead(bytes: Uint8Array): FrameHead {
  const [first, second] = bytes;
  const opcode = first & 0x0f;
  const isLast = (first & 0x80) !== 0;
  if ((first & 0x70) !== 0) throw new WebSocketError("a frame has bits that nobody has agreed on");
  if ((second & 0x80) === 0) throw new WebSocketError("a frame of a client is not masked");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let payloadBytes = second & 0x7f;
  if (payloadBytes === 126) payloadBytes = view.getUint16(2);
  else if (payloadBytes === 127) payloadBytes = Number(view.getBigUint64(2));
  const isControl = opcode >= opcodes.close;
  if (isControl && (!isLast || payloadBytes > controlBytesMax)) {
    throw new WebSocketError("a frame that is no part of a message is too long, or not whole");
  }
  if (payloadBytes > Number.MAX_SAFE_INTEGER) throw new WebSocketError("a frame is too long");
  return { opcode, isLast, payloadBytes, mask: bytes.slice(-4) };
}

/** Takes the mask off `bytes`, the first of which is number `offset` of the payload. */
export function unmask(bytes: Uint8Array, { mask }: FrameHead, offset: number): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] ^= mask[(offset + i) & 3];
}

/** A head of a server, which masks nothing. */
export function writtenHead(opcode: number, isLast: boolean, payloadBytes: number): Uint8Array {
  const first = opcode | (isLast ? 0x80 : 0);
  if (payloadBytes < 126) return Uint8Array.of(first, payloadBytes);
  if (payloadBytes < 2 ** 16) return Uint8Array.of(first, 126, payloadBytes >> 8, payloadBytes);
  const bytes = new Uint8Array(10);
  bytes.set([first, 127]);
  new DataView(bytes.buffer).setBigUint64(2, BigInt(payloadBytes));
  return bytes;
}
