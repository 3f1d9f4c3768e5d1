import {
  beginRequest,
  decodeUtf8,
  isUtf8,
  mismatch,
  type MsgpackReader,
  type MsgpackWriter,
  RpcError,
} from "../rpc/mod.ts";
import { accessLimits } from "../limits.ts";
import { isCountersign } from "./countersign.ts";
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
  /** The address at which the caller means to reach the called system; absent: it does not say. */
  readonly called?: string;
  /** What the caller shows the called system, and nobody else; absent: a system of an older version. */
  readonly countersign?: string;
  /** What somebody showed the caller who says that he is the called system: is it its own? */
  readonly isYours?: string;
  /** The version of the caller's program; absent: it does not say. */
  readonly version?: string;
  /** Lets the caller in, where tokens are asked for; absent: it has none. */
  readonly token?: string;
}

/** What a system answers to a `Hello`. */
export interface HelloReply {
  /**
   * Whether it shows the caller the countersign that the caller asks about; absent: it is of an older
   * version, and shows none.
   */
  readonly isMine?: boolean;
  /** What its clock shows, milliseconds since the epoch; absent: it does not say. */
  readonly now?: number;
}

/** The cluster of systems that name none. */
export const defaultCluster = "cmud";

/** Bytes of a cluster's name at the most. */
export const clusterBytesMax = 64;

/** Appends a `Hello` as a whole frame. */
export function writeHello(writer: MsgpackWriter, hello: Hello): void {
  const { address, incarnation, expected, cluster, called, countersign, isYours, version, token } =
    hello;
  const frame = beginRequest(writer, 0, "Hello");
  writer.arrayHeader(5);
  writer.int(protocolVersion);
  writer.str(address);
  writer.str(incarnation);
  if (expected === null) writer.nil();
  else writer.str(expected);
  const options = Object.entries({ cluster, called, countersign, isYours, version, token })
    .filter(([, value]) => value !== undefined) as [string, string][];
  writer.mapHeader(options.length);
  for (const [name, value] of options) {
    writer.str(name);
    writer.str(value);
  }
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
  const options = paramCount > 4 ? readOptions(reader) : {};
  return { cluster: defaultCluster, ...options, address, incarnation, expected };
}

/** What may be said in the map of a `Hello` or `Describe`, and what is allowed for it. */
const optionForms = {
  cluster: isClusterName,
  called: isDialable,
  countersign: isCountersign,
  isYours: isCountersign,
  version: isVersion,
  token: isShortText,
} satisfies Partial<Record<keyof Hello, (text: string) => boolean>>;

type Options = Partial<Record<keyof typeof optionForms, string>>;

/**
 * Reads the options of a `Hello` or `Describe`; those that are not known are ignored.
 *
 * @throws {RpcError} `bad_request` when what is said of one cannot be.
 */
export function readOptions(reader: MsgpackReader): Options {
  const options: Options = {};
  const count = reader.mapHeader();
  for (let i = 0; i < (count === mismatch ? 0 : count); i++) {
    const name = readName(reader, Object.keys(optionForms)) as keyof Options | undefined;
    if (name === undefined) reader.skip();
    else options[name] = readText(reader, optionForms[name]);
  }
  return options;
}

/** Reads the key of a map, whatever it is. @returns which of `names` it is, if it is one of them. */
function readName(reader: MsgpackReader, names: readonly string[]): string | undefined {
  const count = reader.strHeader();
  if (count === mismatch) {
    reader.skip();
    return undefined;
  }
  const { bytes, at } = reader;
  reader.at += count;
  return names.find((name) =>
    count === name.length && [...name].every((char, i) => bytes[at + i] === char.charCodeAt(0))
  );
}

/** Appends the result of a `Hello`: nil for a caller of an older version. */
export function writeHelloReply(
  writer: MsgpackWriter,
  { countersign }: Hello,
  { isMine, now }: Required<HelloReply>,
): void {
  if (countersign === undefined) return writer.nil();
  writer.mapHeader(2);
  writer.str("isMine");
  writer.bool(isMine);
  writer.str("now");
  writer.int(now);
}

/** Reads the result of a `Hello`; what is not known of it is ignored. @param reader at the result */
export function readHelloReply(reader: MsgpackReader): HelloReply {
  const reply: { isMine?: boolean; now?: number } = {};
  const count = reader.mapHeader();
  for (let i = 0; i < (count === mismatch ? 0 : count); i++) {
    const name = readName(reader, ["isMine", "now"]);
    const start = reader.at;
    if (name === "isMine") reply.isMine = reader.bool();
    if (name === "now") reply.now = uintOf(reader);
    if (reader.at === start) reader.skip();
  }
  return reply;
}

function uintOf(reader: MsgpackReader): number | undefined {
  const value = reader.uint();
  return value === mismatch ? undefined : value;
}

/** Bytes of a program's version at the most. */
const versionBytesMax = 64;

/** Whether a program may have this version. */
function isVersion(version: string): boolean {
  return version.length <= versionBytesMax && /^[\w.+-]+$/.test(version);
}

/** Whether it may be a token: which it is, is found out where it is compared. */
function isShortText(token: string): boolean {
  return token.length <= accessLimits.tokenCharsMax;
}

/** Whether a cluster may have this name. */
export function isClusterName(name: string): boolean {
  return name.length <= clusterBytesMax && /^[\w.-]+$/.test(name);
}

/** The refusal of a caller that means another address than the one that the called system advertises. */
export function refusalOfAlias(own: string, called: string): RpcError {
  return new RpcError(
    "bad_request",
    `Cannot sync: this server is ${own}, not ${called}: name it as it advertises itself`,
  );
}

/** The refusal of a caller that belongs to another cluster than the system that is called. */
export function refusalOfCluster(own: string, other: string): RpcError {
  return new RpcError("bad_request", `Cannot sync: the cluster here is "${own}", not "${other}"`);
}

/** The cluster of the system that was called; `undefined` for any other refusal. */
export function clusterOfRefusal({ message }: RpcError): string | undefined {
  return /^Cannot sync: the cluster here is "([\w.-]{1,64})", not "/.exec(message)?.[1];
}

/** The refusal of a caller that means another incarnation than the one that is called. */
export function refusalOfIncarnation(own: string, expected: string, caller: string): RpcError {
  return new RpcError(
    "unavailable",
    `Cannot greet ${caller}: it looks for ${expected}, this is ${own}`,
  );
}

/** The incarnation of the system that was called; `undefined` for any other refusal. */
export function incarnationOfRefusal({ message }: { message: string }): string | undefined {
  return /: it looks for [0-9a-f]{16}, this is ([0-9a-f]{16})$/.exec(message)?.[1];
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
      'expected incarnation or nil, {"cluster": name, ...}]',
  );
}
