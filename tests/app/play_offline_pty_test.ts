/** A lost server on a real terminal: it shows within 3 s, and so does its return. */

import { freePorts } from "../support/ports.ts";
import { startServerProcess } from "../support/app/cmud_process.ts";
import { assertLess } from "../deps.ts";
import { Terminal, terminalTest } from "./terminal.ts";

const prompt = "Undergraduate, 0 coins, Gates 5th Floor>";
const lostMsMax = 3_000;

terminalTest(
  "play on a terminal says offline within 3 s of a lost server, dead or silent, and when it is back",
  async () => {
    const at = ["--port", String(freePorts(2))];
    let server = await startServerProcess(at);
    const args = ["play", "--fast", "--no-color", "--no-screen-reader", "--name", "Ada"];
    const terminal = new Terminal([...args, "--server", server.ready.queryAddresses[0]], {
      columns: 80,
    });
    await terminal.until(prompt);
    for (const loss of ["SIGKILL", "SIGSTOP"] as const) {
      await terminal.type("half a line");
      await terminal.until("half a line");
      const startMs = performance.now();
      server.child.kill(loss);
      await terminal.until(`offline, ${prompt} half a line`);
      assertLess(performance.now() - startMs, lostMsMax);
      if (loss === "SIGSTOP") {
        server.child.kill("SIGCONT");
      } else {
        await server.end();
        server = await startServerProcess(at);
      }
      await terminal.until("The network is back: a server answers again.");
      await terminal.until(`${prompt} half a line`);
      await terminal.type("\x15");
    }
    await terminal.type("quit\r");
    await terminal.until("Goodbye, Ada.");
    await terminal.end();
    await server.end("SIGTERM");
  },
);
