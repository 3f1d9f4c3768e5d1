import { createHash } from "node:crypto";
import { type Answer, plain } from "./answer.ts";

/** What a server appends to the key of a client, to show that it knows WebSockets. */
const magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * Whether a request opens a WebSocket here, by the rules of RFC 6455, and from a page of this server or no
 * page at all: a page of another site must not speak for who looks at it.
 *
 * @returns the refusal; `undefined`: it does.
 */
export function handshakeRefusal({ method, headers, url }: Request): Answer | undefined {
  if (method !== "GET" || !hasToken(headers, "upgrade", "websocket")) {
    return { ...plain(426, "This is a WebSocket"), headers: upgradeHeaders };
  }
  if (headers.get("sec-websocket-version") !== "13") {
    return { ...plain(426, "Allowed is version 13 of WebSockets"), headers: upgradeHeaders };
  }
  const key = headers.get("sec-websocket-key") ?? "";
  if (!hasToken(headers, "connection", "upgrade") || !/^[A-Za-z0-9+/]{22}==$/.test(key)) {
    return plain(400, "The request opens no WebSocket: its headers are not those of one");
  }
  const origin = headers.get("origin");
  if (origin !== null && URL.parse(origin)?.host !== new URL(url).host) {
    return plain(403, "A page of another site may not connect: allowed are this server's own");
  }
}

const upgradeHeaders = { Upgrade: "websocket", "Sec-WebSocket-Version": "13" };

/**
 * What agrees to a request that `handshakeRefusal` does not refuse.
 *
 * @param protocol the one that is chosen of those that the request names. Default: none
 */
export function handshakeResponse({ headers }: Request, protocol?: string): Uint8Array {
  const key = headers.get("sec-websocket-key") + magic;
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${createHash("sha1").update(key).digest("base64")}`,
    ...protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`],
    "\r\n",
  ];
  return new TextEncoder().encode(lines.join("\r\n"));
}

/** The protocols that a request would speak over a WebSocket, the one that it likes best first. */
export function askedProtocols({ headers }: Request): string[] {
  const words = headers.get("sec-websocket-protocol")?.split(",") ?? [];
  return words.map((word) => word.trim()).filter((word) => word !== "");
}

/** Whether one of the words in a header, which commas part, is that one. */
function hasToken(headers: Headers, name: string, token: string): boolean {
  const words = headers.get(name)?.split(",") ?? [];
  return words.some((word) => word.trim().toLowerCase() === token);
}
