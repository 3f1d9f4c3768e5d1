import {
  beginRequest,
  decodeUtf8,
  isUtf8,
  type MsgpackReader,
  type MsgpackWriter,
  notThis,
  RpcError,
} from "../rpc/mod.ts";
import { protocolVersion } from "./protocol.ts";

/** What a system says of itself, and of whom it means, when it connects to another one. */
export interface Hello {
  /** The caller's own. */
  readonly address: string;
  readonly incarnation: string;
  /** The life of the called system that the caller means; `null` for any. */
  readonly expected: string | null;
}

/** Appends a `Hello` as a whole frame. */
export function writeHello(writer: MsgpackWriter, { address, incarnation, expected }: Hello): void {
  const frame = beginRequest(writer, 0, "Hello");
  writer.arrayHeader(4);
  writer.int(protocolVersion);
  writer.str(address);
  writer.str(incarnation);
  if (expected === null) writer.nil();
  else writer.str(expected);
  writer.endFrame(frame);
}

/**
 * Reads a `Hello`; trailing params, as a newer version may send them, are ignored.
 *
 * @param reader at its params, well-formed values
 * @throws {RpcError} `bad_request` for another version, or other params.
 */
export function readHello(paramCount: number, reader: MsgpackReader): Hello {
  const version = paramCount > 0 ? reader.uint() : notThis;
  if (version !== notThis && version !== protocolVersion) {
    throw new RpcError(
      "bad_request",
      `Cannot greet in version ${version}: allowed is ${protocolVersion}`,
    );
  }
  if (version !== notThis && paramCount >= 4) {
    const address = readText(reader);
    const incarnation = address === undefined ? undefined : readText(reader);
    const expected = incarnation === undefined || reader.nil() ? null : readText(reader);
    if (address !== undefined && incarnation !== undefined && expected !== undefined) {
      return { address, incarnation, expected };
    }
  }
  throw new RpcError(
    "bad_request",
    "Cannot greet: allowed is [version, address, incarnation, expected incarnation or nil]",
  );
}

/** @returns the str that comes next, or `undefined` when none of UTF-8 does. */
function readText(reader: MsgpackReader): string | undefined {
  const count = reader.strHeader();
  if (count === notThis || !isUtf8(reader.bytes, reader.at, reader.at + count)) return undefined;
  return decodeUtf8(reader.bytes, reader.at, reader.at += count);
}
