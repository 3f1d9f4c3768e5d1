import { assertEquals, assertStringIncludes } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { testUnless } from "../support/needs.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { type ServerProcess, startServerProcess } from "../support/app/cmud_process.ts";

// What a server does whose connections, and all else that it opens, are more than the system allows.

/** Files that the server may have open. */
const filesMax = 300;

const lacks = Deno.build.os === "windows" ? "a bound of open files" : undefined;

/** A server that may open few files, started with a thread for each of its two query ports. */
function startWithFewFiles(directory: TempDirectory): Promise<ServerProcess> {
  return startServerProcess(
    ["--actors", "2", "--threads", "2", "--data-dir", directory.path, "--http", "127.0.0.1:0"],
    { filesMax },
  );
}

/** Every door of a server, by what it is. */
function doorsOf({ ready: { address, queryAddresses, http } }: ServerProcess) {
  const [query, otherQuery] = queryAddresses;
  return {
    "a query port": query,
    "a query port of another thread": otherQuery,
    "the system port": address,
    HTTP: http!.replace("http://", ""),
  };
}

for (
  const crowded of [
    "a query port",
    "a query port of another thread",
    "the system port",
    "HTTP",
  ] as const
) {
  testUnless(
    lacks,
    `silent connections to ${crowded}, more than a server may open, keep nobody out of any port`,
    async () => {
      using directory = new TempDirectory();
      const server = await startWithFewFiles(directory);
      const doors = doorsOf(server);
      using silent = new DisposableStack();
      for (let i = 0; i < 2 * filesMax; i++) {
        const socket = await RawSocket.connect(doors[crowded]).catch(() => {});
        if (socket !== undefined) silent.use(socket);
      }
      for (const door of ["a query port", "a query port of another thread"] as const) {
        using client = await RawSocket.connect(doors[door]);
        assertEquals(await client.ask("Put", "key", "value"), null, door);
      }
      using other = await RawSocket.connect(doors["the system port"]);
      assertEquals(await other.ask("Ping"), "pong");
      const response = await fetch(`http://${doors.HTTP}/healthz`);
      assertEquals(await response.text(), "ok\n");
      const { code, stderr } = await server.stop();
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, "open no more");
    },
  );
}
