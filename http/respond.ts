import type { Admission } from "../access/mod.ts";
import { isLoopback } from "../rpc/mod.ts";
import { httpLimits } from "../limits.ts";
import { type Answer, plain, responseOf } from "./answer.ts";
import { type RpcDoor, rpcPath, type Upgrade } from "./rpc_door.ts";
import { type LiveFeed, livePath } from "./live_feed.ts";
import { openPaths, routes } from "./routes.ts";
import type { Shown } from "./stats_source.ts";

const methods = ["GET", "HEAD"];
const askForToken = { "WWW-Authenticate": "Bearer" };
const allow = methods.join(", ");

/**
 * Answers a request; what is refused is told in a line of plain text.
 *
 * @param asked what is asked of who sends it
 */
export async function respond(
  request: Request,
  shown: Shown,
  version: string,
  asked: Asked,
): Promise<Response | Upgrade> {
  const answer = await answerTo(request, shown, version, asked);
  return "handshake" in answer ? answer : responseOf(answer, request.method !== "HEAD");
}

/** What a port asks of those who send requests, and where those to `/rpc` go. */
export interface Asked {
  /** Of the connection; `undefined`: no tokens are asked for. */
  readonly admission: Admission | undefined;
  /** Whether the port is for this machine alone. */
  readonly isLocal: boolean;
  /** What everybody is shown beside what is here, by path. */
  readonly pages: ReadonlyMap<string, Answer>;
  /** It asks for tokens itself, as a query port does. */
  readonly door: RpcDoor;
  /** What tells, for as long as somebody listens, how the server does. */
  readonly live: LiveFeed;
}

function answerTo(
  request: Request,
  shown: Shown,
  version: string,
  { admission, isLocal, pages, door, live }: Asked,
): Answer | Upgrade | Promise<Answer> {
  const { method, url: text } = request;
  if (text.length > httpLimits.urlCharsMax) {
    return plain(414, `The URL is too long: allowed are ${httpLimits.urlCharsMax} characters`);
  }
  const url = URL.parse(text);
  if (url === null) return plain(400, "The host of the request is none");
  // A page whose name leads here too must not read what its visitor's machine shows.
  if (admission === undefined && isLocal && !isLoopback(url.hostname.replace(/^\[(.*)\]$/, "$1"))) {
    return plain(421, "This is served to the machine itself: allowed is localhost as the host");
  }
  if (url.pathname === rpcPath) return door.answer(request, shown);
  const page = pages.get(url.pathname);
  const route = page !== undefined
    ? () => page
    : url.pathname === livePath
    ? () => live.answer(() => !admission?.revoke(), admission?.rights)
    : routes.get(url.pathname);
  if (route === undefined) {
    return plain(
      404,
      `Nothing is here: there are ${[...routes.keys(), livePath, rpcPath].join(", ")}`,
    );
  }
  if (!methods.includes(method)) {
    return { ...plain(405, `Cannot ${method} this: allowed are ${allow}`), headers: { allow } };
  }
  if (hasBody(request)) return plain(413, "A request with a body is not allowed here");
  const refusal = admission && page === undefined && !openPaths.includes(url.pathname)
    ? refusalOf(admission, request.headers)
    : undefined;
  return refusal ?? route(shown, version, admission?.rights?.world !== undefined);
}

/** Each request shows its token by itself. @returns `undefined` when it may see what is not for everybody. */
function refusalOf(admission: Admission, headers: Headers): Answer | undefined {
  const [, token] = /^Bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "") ?? [];
  if (token === undefined) {
    return { ...plain(401, "A token is asked for: Authorization: Bearer"), headers: askForToken };
  }
  if (!admission.show(token)) {
    const { waitMs, tokenRefusal } = admission;
    const why = tokenRefusal.replace(/^./, (first) => first.toUpperCase());
    if (waitMs === 0) return { ...plain(401, why), headers: askForToken };
    return { ...plain(429, why), headers: { "retry-after": String(Math.ceil(waitMs / 1_000)) } };
  }
  const { rights } = admission;
  return rights!.allow("read") ? undefined : plain(403, `The token's role is ${rights!.role}`);
}

/** Whether a body follows a request, by its headers. */
export function hasBody({ headers }: Request): boolean {
  return headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) !== 0;
}
