import { isLoopback } from "../rpc/mod.ts";
import { httpLimits } from "../limits.ts";
import { type Answer, plain, responseOf } from "./answer.ts";
import { routes } from "./routes.ts";
import type { Shown } from "./stats_source.ts";

const methods = ["GET", "HEAD"];
const allow = methods.join(", ");

/** Answers a request to a port on loopback; what is refused is told in a line of plain text. */
export async function respond(
  request: Request,
  shown: Shown,
  version: string,
): Promise<Response> {
  return responseOf(await answerTo(request, shown, version), request.method !== "HEAD");
}

function answerTo(request: Request, shown: Shown, version: string): Answer | Promise<Answer> {
  const { method, url: text } = request;
  if (text.length > httpLimits.urlCharsMax) {
    return plain(414, `The URL is too long: allowed are ${httpLimits.urlCharsMax} characters`);
  }
  const url = URL.parse(text);
  if (url === null) return plain(400, "The host of the request is none");
  // A page whose name leads here too must not read what its visitor's machine shows.
  if (!isLoopback(url.hostname.replace(/^\[(.*)\]$/, "$1"))) {
    return plain(421, "This is served to the machine itself: allowed is localhost as the host");
  }
  const route = routes.get(url.pathname);
  if (route === undefined) {
    return plain(404, `Nothing is here: there are ${[...routes.keys()].join(", ")}`);
  }
  if (!methods.includes(method)) {
    return { ...plain(405, `Cannot ${method} this: allowed are ${allow}`), allow };
  }
  if (hasBody(request)) return plain(413, "A request with a body is not allowed here");
  return route(shown, version);
}

/** Whether a body follows a request, by its headers. */
export function hasBody({ headers }: Request): boolean {
  return headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) !== 0;
}
