import {
  beginRequest,
  decodeUtf8,
  isUtf8,
  mismatch,
  type MsgpackReader,
  type MsgpackWriter,
  RpcError,
} from "../rpc/mod.ts";
import { protocolVersion } from "./protocol.ts";
import { isDialable, isIncarnation } from "./system_id.ts";

/** What a system says of itself, and of whom it means, when it connects to another one. */
export interface Hello {
  /** The caller's own. */
  readonly address: string;
  readonly incarnation: string;
  /** The incarnation of the called system that the caller means; `null` for any. */
  readonly expected: string | null;
  /** Name of the cluster that the caller belongs to. */
  readonly cluster: string;
}

/** The cluster of systems that name none. */
export const defaultCluster = "cmud";

/** Bytes of a cluster's name at the most. */
export const clusterBytesMax = 64;

/** Appends a `Hello` as a whole frame. */
export function writeHello(writer: MsgpackWriter, hello: Hello): void {
  const { address, incarnation, expected, cluster } = hello;
  const frame = beginRequest(writer, 0, "Hello");
  writer.arrayHeader(5);
  writer.int(protocolVersion);
  writer.str(address);
  writer.str(incarnation);
  if (expected === null) writer.nil();
  else writer.str(expected);
  writer.mapHeader(1);
  writer.str("cluster");
  writer.str(cluster);
  writer.endFrame(frame);
}

/**
 * Reads a `Hello`; what a newer version may send beside it is ignored.
 *
 * @param reader at its params, well-formed values
 * @throws {RpcError} `bad_request` for another version, or other params.
 */
export function readHello(paramCount: number, reader: MsgpackReader): Hello {
  const version = paramCount > 0 ? reader.uint() : mismatch;
  if (version !== mismatch && version !== protocolVersion) {
    throw new RpcError(
      "bad_request",
      `Cannot greet in version ${version}: allowed is ${protocolVersion}`,
    );
  }
  if (version === mismatch || paramCount < 4) throw malformed();
  const address = readText(reader, isDialable);
  const incarnation = readText(reader, isIncarnation);
  const expected = reader.nil() ? null : readText(reader, isIncarnation);
  const cluster = (paramCount > 4 ? findCluster(reader) : undefined) ?? defaultCluster;
  return { address, incarnation, expected, cluster };
}

/**
 * Finds the cluster in the options of a `Hello` or `Describe`; those that are not known are ignored.
 *
 * @returns `undefined` when none is named.
 * @throws {RpcError} `bad_request` when what is named cannot be one.
 */
export function findCluster(reader: MsgpackReader): string | undefined {
  let cluster: string | undefined;
  const count = reader.mapHeader();
  for (let i = 0; i < (count === mismatch ? 0 : count); i++) {
    if (isNamed(reader, "cluster")) cluster = readText(reader, isClusterName);
    else reader.skip();
  }
  return cluster;
}

/** Reads the key of an option, whatever it is. @returns whether it is `name`. */
function isNamed(reader: MsgpackReader, name: string): boolean {
  const count = reader.strHeader();
  if (count === mismatch) {
    reader.skip();
    return false;
  }
  const { bytes, at } = reader;
  reader.at += count;
  return count === name.length &&
    [...name].every((char, i) => bytes[at + i] === char.charCodeAt(0));
}

/** Whether a cluster may have this name. */
export function isClusterName(name: string): boolean {
  return name.length <= clusterBytesMax && /^[\w.-]+$/.test(name);
}

/** The refusal of a caller that belongs to another cluster than the system that is called. */
export function refusalOfCluster(own: string, other: string): RpcError {
  return new RpcError("bad_request", `Cannot sync: the cluster here is "${own}", not "${other}"`);
}

/** The cluster of the system that was called; `undefined` for any other refusal. */
export function clusterOfRefusal({ message }: RpcError): string | undefined {
  return /^Cannot sync: the cluster here is "([\w.-]{1,64})", not "/.exec(message)?.[1];
}

/** Reads a str that is as it should be. */
function readText(reader: MsgpackReader, isAllowed: (text: string) => boolean): string {
  const count = reader.strHeader();
  if (count === mismatch || !isUtf8(reader.bytes, reader.at, reader.at + count)) throw malformed();
  const text = decodeUtf8(reader.bytes, reader.at, reader.at += count);
  if (!isAllowed(text)) throw malformed();
  return text;
}

function malformed(): RpcError {
  return new RpcError(
    "bad_request",
    "Cannot greet: allowed is [version, HOST:PORT, incarnation, " +
      'expected incarnation or nil, {"cluster": name}]',
  );
}
