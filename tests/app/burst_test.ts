import { defaultLimits } from "../../limits.ts";
import { assertEquals, assertLessOrEqual } from "../deps.ts";
import { inTime } from "../support/in_time.ts";
import { testUnless } from "../support/needs.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { missingRoomToWait } from "../support/rpc/room_to_wait.ts";
import { type ServerProcess, startServerProcess } from "../support/app/cmud_process.ts";
import { until } from "../support/until.ts";

// Very many clients who come at once.

const clients = 2_000;
const patienceMs = 10_000;

/** What the test lacks here. */
const lacks = missingRoomToWait(clients);

/** Ports of a server, by what they are. */
function portsOf({ ready: { address, queryAddresses } }: ServerProcess): [string, string][] {
  return [["the query port", queryAddresses[0]], ["the system port", address]];
}

testUnless(
  lacks,
  `a burst of ${clients} clients is let in whole, while the server does something else, and answered`,
  async () => {
    const server = await startServerProcess(["--max-connections", "4096"]);
    try {
      for (const [name, address] of portsOf(server)) {
        // Nobody is accepted: whoever does not find room to wait is tried again by the system after a second.
        server.child.kill("SIGSTOP");
        const connecting = Array.from({ length: clients }, () => RawSocket.connect(address));
        const sockets = await inTime(Promise.all(connecting), patienceMs, () => {
          throw new Error(`Not all of ${clients} clients find room to wait at ${name}`);
        });
        server.child.kill("SIGCONT");
        const answers = await Promise.all(sockets.map((socket) => socket.ask("Ping")));
        assertEquals(answers.filter((answer) => answer === "pong").length, clients, name);
        for (const socket of sockets) socket[Symbol.dispose]();
      }
    } finally {
      await server.end("SIGKILL");
    }
  },
);

Deno.test("what connections were charged for is given back when they have ended", async () => {
  const server = await startServerProcess();
  const [address] = server.ready.queryAddresses;
  using asking = await RawSocket.connect(server.ready.address);
  const figures = async () =>
    await asking.ask("Stats") as { memoryBytes: number; clientConnections: number };
  const before = await figures();
  const sockets = await Promise.all(
    Array.from({ length: 500 }, () => RawSocket.connect(address)),
  );
  for (const socket of sockets) assertEquals(await socket.ask("Ping"), "pong");
  const meanwhile = await figures();
  const { connectionBytes, receiveBufferFirstBytes } = defaultLimits;
  assertLessOrEqual(
    meanwhile.memoryBytes - before.memoryBytes,
    sockets.length * (connectionBytes + receiveBufferFirstBytes),
  );
  for (const socket of sockets) socket[Symbol.dispose]();
  await until("all have ended", async () => (await figures()).clientConnections === 0, {
    timeoutMs: patienceMs,
  });
  assertEquals((await figures()).memoryBytes, before.memoryBytes);
  assertEquals((await server.stop()).code, 0);
});
