/**
 * A package registry for one test: it hands on the packages of the registry that its argument names,
 * and withholds what that says about them until its stdin ends. It prints its address, or `none`
 * where there is no network; and `quiet` when nothing is withheld or under way any more.
 */

const upstream = new URL(Deno.args[0]);

const isReachable = await fetch(upstream, { signal: AbortSignal.timeout(10_000) }).then(
  (response) => (response.body?.cancel(), true),
  () => false,
);
if (!isReachable) {
  console.log("none");
  Deno.exit();
}

const end = Deno.stdin.readable.pipeTo(new WritableStream());
let underWay = 0;

/** Packages lie below `/-/`; everything else tells about one. */
const isPackage = (path: string) => path.includes("/-/");

const server = Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}/`),
}, async (request) => {
  underWay++;
  try {
    const { pathname } = new URL(request.url);
    if (!isPackage(pathname)) await end;
    const accept = request.headers.get("accept") ?? "*/*";
    const { status, body } = await fetch(new URL(`.${pathname}`, upstream), {
      headers: { accept },
    });
    return new Response(await new Response(body).arrayBuffer(), { status });
  } finally {
    underWay--;
    tell();
  }
});

let isReleased = false;
function tell(): void {
  if (isReleased && underWay === 0) console.log("quiet");
}
await end;
isReleased = true;
tell();
await server.finished;
