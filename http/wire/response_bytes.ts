const encoder = new TextEncoder();

/** What the statuses mean that are answered here. */
const reasons: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Content Too Large",
  414: "URI Too Long",
  421: "Misdirected Request",
  426: "Upgrade Required",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

/**
 * Writes a response.
 *
 * @param keepsAlive whether the connection goes on behind it
 * @param nowMs the time, for its `Date`
 */
export async function responseBytes(
  response: Response,
  keepsAlive: boolean,
  nowMs: number,
): Promise<Uint8Array> {
  const { status, headers } = response;
  const body = new Uint8Array(await response.arrayBuffer());
  const lines = [
    `HTTP/1.1 ${status} ${reasons[status] ?? ""}`,
    `Date: ${new Date(nowMs).toUTCString()}`,
    ...Array.from(headers, ([name, value]) => `${name}: ${value}`),
    ...(keepsAlive ? [] : ["Connection: close"]),
    "\r\n",
  ];
  const head = encoder.encode(lines.join("\r\n"));
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}
