import { assertEquals, assertStringIncludes } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { testUnless } from "../support/needs.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { startServerProcess } from "../support/app/cmud_process.ts";

// What a server does whose connections, and all else that it opens, are more than the system allows.

/** Files that the server may have open. */
const filesMax = 300;

const lacks = Deno.build.os === "windows" ? "a bound of open files" : undefined;

for (const port of ["the query port", "the system port", "HTTP"] as const) {
  testUnless(
    lacks,
    `silent connections to ${port}, more than a server may open, keep nobody out`,
    async () => {
      using directory = new TempDirectory();
      const server = await startServerProcess(
        ["--data-dir", directory.path, "--http", "127.0.0.1:0"],
        { filesMax },
      );
      const { address, queryAddresses: [query], http } = server.ready;
      const target = { "the query port": query, "the system port": address, HTTP: http! }[port];
      using silent = new DisposableStack();
      for (let i = 0; i < 2 * filesMax; i++) {
        const socket = await RawSocket.connect(target.replace("http://", "")).catch(() => {});
        if (socket !== undefined) silent.use(socket);
      }
      using client = await RawSocket.connect(query);
      assertEquals(await client.ask("Put", "key", "value"), null);
      const { code, stderr } = await server.stop();
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, port === "HTTP" ? "Too many open files" : "open no more");
    },
  );
}
