import type { MsgpackWriter } from "../../rpc/mod.ts";
import { writeDecimal } from "./integers.ts";

/** The version of the protocol that a connection speaks. */
export type ProtocolVersion = 2 | 3;

const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/** The greatest header: a character, a number of 20 and the end of the line. */
const headerBytes = 23;

const encoder = new TextEncoder();

/** Encodes a reply, or the beginning of one, that never changes. */
export function constantReply(text: string): Uint8Array {
  return encoder.encode(text);
}

const nullBulk = constantReply("$-1\r\n");
const nullOfVersion3 = constantReply("_\r\n");
const okReply = constantReply("+OK\r\n");

/**
 * Appends replies to what a `MsgpackWriter` has: behind each other in one buffer, which goes to the
 * socket as it is.
 */
export class ReplyWriter {
  /** The version to write replies in. */
  version: ProtocolVersion = 2;
  /** Where replies are appended. */
  writer: MsgpackWriter;

  constructor(writer: MsgpackWriter) {
    this.writer = writer;
  }

  /** Bytes that were appended, and those before them. */
  get size(): number {
    return this.writer.size;
  }

  /** Takes back all but the first `size` bytes. */
  truncate(size: number): void {
    this.writer.truncate(size);
  }

  /** Appends `+OK`. */
  ok(): void {
    this.writer.raw(okReply);
  }

  /** Appends a reply that was made by `constantReply`. */
  constant(reply: Uint8Array): void {
    this.writer.raw(reply);
  }

  /** Appends a simple string. */
  simple(text: string): void {
    this.#line("+", text);
  }

  /** Appends an error, whose text begins with its code. What would end the line is replaced, as in Redis. */
  error(text: string): void {
    this.#line("-", text.replace(/[\r\n]/g, " "));
  }

  /** As `error`, of bytes that need not be UTF-8. */
  errorBytes(text: Uint8Array): void {
    this.writer.raw(minusSign);
    this.writer.raw(text.map((byte) => byte === carriageReturn || byte === lineFeed ? 0x20 : byte));
    this.endLine();
  }

  /** Appends a safe integer. */
  integer(value: number): void {
    this.#header(0x3a, value);
  }

  /** Appends a bulk string: `bytes[start..end)`. */
  bulk(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.bulkHeader(end - start);
    this.writer.raw(bytes, start, end);
    this.endLine();
  }

  /** Appends a bulk string. */
  bulkText(text: string): void {
    this.bulk(encoder.encode(text));
  }

  /** Appends the header of a bulk string: the caller appends so many bytes, and calls `endLine`. */
  bulkHeader(byteCount: number): void {
    this.#header(0x24, byteCount);
  }

  /** Ends a line, or a bulk string. */
  endLine(): void {
    const { writer } = this;
    writer.ensure(2);
    writer.bytes[writer.length] = carriageReturn;
    writer.bytes[writer.length + 1] = lineFeed;
    writer.length += 2;
  }

  /** Appends what stands for nothing. */
  nil(): void {
    this.writer.raw(this.version === 2 ? nullBulk : nullOfVersion3);
  }

  /** Appends the header of an array, whose items the caller appends. */
  arrayHeader(count: number): void {
    this.#header(0x2a, count);
  }

  /** Appends the header of a message that no command asked for, whose items the caller appends. */
  pushHeader(count: number): void {
    this.#header(this.version === 2 ? 0x2a : 0x3e, count);
  }

  /** Appends the header of a map, whose `count` keys and values the caller appends in turn. */
  mapHeader(count: number): void {
    if (this.version === 2) this.#header(0x2a, 2 * count);
    else this.#header(0x25, count);
  }

  /** Appends the header of a set, whose items the caller appends. */
  setHeader(count: number): void {
    this.#header(this.version === 2 ? 0x2a : 0x7e, count);
  }

  /** Appends a text that is meant for people. */
  verbatim(text: string): void {
    if (this.version === 2) return this.bulkText(text);
    const bytes = encoder.encode(text);
    this.#header(0x3d, bytes.length + 4);
    this.writer.raw(textFormat);
    this.writer.raw(bytes);
    this.endLine();
  }

  #line(type: "+" | "-", text: string): void {
    this.writer.raw(encoder.encode(type + text));
    this.endLine();
  }

  #header(type: number, value: number): void {
    const { writer } = this;
    writer.ensure(headerBytes);
    writer.bytes[writer.length] = type;
    writer.length = writeDecimal(writer.bytes, writer.length + 1, value);
    this.endLine();
  }
}

const minusSign = constantReply("-");
const textFormat = constantReply("txt:");
