const types: Readonly<Record<string, string>> = {
  "/index.html": "text/html; charset=utf-8",
  "/lab.css": "text/css; charset=utf-8",
  "/boot.js": "text/javascript; charset=utf-8",
  "/lab.bin": "application/octet-stream",
  "/core.bin": "application/octet-stream",
  "/exercises.bin": "application/octet-stream",
};

/**
 * Serves the laboratory to this machine alone.
 *
 * @param folder as `buildLab` makes it
 * @param cluster the HTTP port, `host:port`, of a server that the page may ask at `/rpc`
 */
export function serveLab(
  folder: string,
  port: number,
  cluster?: string,
): Deno.HttpServer<Deno.NetAddr> {
  const onListen = () => {};
  return Deno.serve({ hostname: "127.0.0.1", port, onListen }, async (request) => {
    const { pathname, host } = new URL(request.url);
    // No page of another site may ask the cluster by way of this server.
    const origin = request.headers.get("origin");
    if (origin !== null && URL.parse(origin)?.host !== host) return refused(403);
    if (pathname === "/rpc" && cluster !== undefined) return bridge(request, cluster);
    const file = pathname === "/" ? "/index.html" : pathname;
    if (!(file in types)) return refused(404);
    try {
      const body = await Deno.readFile(folder + file);
      return new Response(body, { headers: { "content-type": types[file] } });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return refused(404);
      throw error;
    }
  });
}

function refused(status: number): Response {
  return new Response(null, { status });
}

/** Hands what comes on a WebSocket of the page to one of a server, and back. */
function bridge(request: Request, cluster: string): Response {
  if (request.headers.get("upgrade") !== "websocket") return refused(426);
  const { socket: page, response } = Deno.upgradeWebSocket(request);
  const server = new WebSocket(`ws://${cluster}/rpc`);
  const early: (string | ArrayBuffer)[] = [];
  for (const socket of [page, server]) socket.binaryType = "arraybuffer";
  page.onmessage = ({ data }) => {
    if (server.readyState === WebSocket.OPEN) server.send(data);
    else early.push(data);
  };
  server.onopen = () => {
    for (const data of early.splice(0)) server.send(data);
  };
  server.onmessage = ({ data }) => {
    if (page.readyState === WebSocket.OPEN) page.send(data);
  };
  const end = () => [page, server].forEach((socket) => socket.close());
  page.onclose =
    page.onerror =
    server.onclose =
    server.onerror =
      end;
  return response;
}
