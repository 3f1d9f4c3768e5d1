import { Buffer } from "node:buffer";
import type { loadHttpParser } from "../../deps.ts";

/** Parses heads. */
export type HeadParser = Awaited<ReturnType<typeof loadHttpParser>>;

/** A request without a body, and whether its connection goes on behind it. */
export interface RequestHead {
  readonly request: Request;
  readonly keepsAlive: boolean;
}

/** What is no request: why, and the status that says so. */
export class RequestError extends Error {
  static {
    this.prototype.name = "RequestError";
  }

  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/**
 * Reads the head of a request.
 *
 * @param bytes the whole head, of ASCII only
 * @param host the host that is meant where a request of HTTP/1.0 names none
 * @throws {RequestError} when it is none, or one that nobody can follow.
 */
export function readHead(Parser: HeadParser, bytes: Uint8Array, host: string): RequestHead {
  const { info, keepsAlive } = parsed(Parser, bytes);
  const { versionMajor, versionMinor } = info;
  if (versionMajor !== 1) {
    throw new RequestError(
      505,
      `HTTP/${versionMajor}.${versionMinor} is not spoken: allowed is 1.1`,
    );
  }
  const headers = new Headers();
  const hosts: string[] = [];
  for (let i = 0; i < info.headers.length; i += 2) {
    const [name, value] = info.headers.slice(i, i + 2);
    if (name.toLowerCase() === "host") hosts.push(value);
    append(headers, name, value);
  }
  if (hosts.length > 1 || hosts.length === 0 && versionMinor > 0) {
    throw new RequestError(400, "The request names no host, or several: allowed is one");
  }
  const method = Parser.methods[info.method];
  const url = urlOf(info.url, hosts[0] ?? host);
  try {
    return { request: new Request(url, { method, headers }), keepsAlive };
  } catch {
    // One that is not allowed in a `Request`.
    throw new RequestError(405, `Cannot ${method} this: allowed are GET, HEAD`);
  }
}

function parsed(Parser: HeadParser, bytes: Uint8Array) {
  const parser = new Parser(Parser.REQUEST);
  const heads: Parameters<typeof parser.onHeadersComplete>[0][] = [];
  parser[Parser.kOnHeadersComplete] = (head) => (heads.push(head), skipsBody);
  const result = parser.execute(Buffer.from(bytes));
  const [info] = heads;
  // A line that is none is skipped by the parser: another reader of the request may see one there.
  if (result instanceof Error || info === undefined || info.headers.length / 2 !== linesIn(bytes)) {
    throw new RequestError(400, "What came is no request of HTTP/1.1");
  }
  return { info, keepsAlive: info.versionMinor > 0 && info.shouldKeepAlive };
}

/** What a parser is told so that it reads nothing behind the head. */
const skipsBody = 2;

/** Number of lines between the first line of a head and the empty one. */
function linesIn(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => count + Number(byte === 0x0a), 0) - 2;
}

function append(headers: Headers, name: string, value: string): void {
  try {
    headers.append(name, value);
  } catch {
    throw new RequestError(400, "The request has a header that is none");
  }
}

/** The URL that a request is for: a target without a host is one of the host that the headers name. */
function urlOf(target: string, host: string): string {
  const isHost = /^[^\s/?#@\\]+$/.test(host);
  const url = target.startsWith("/") ? `http://${host}${target}` : target;
  if (!isHost || !/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new RequestError(400, "The host or the path of the request is none");
  }
  return url;
}
