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
    /** Takes the server away, and brings it back. @returns how long the player did not know. */
    const lose = async (loss: "SIGKILL" | "SIGSTOP"): Promise<number> => {
      await terminal.type("half a line");
      await terminal.until("half a line");
      const startMs = performance.now();
      server.child.kill(loss);
      await terminal.until(`offline, ${prompt} half a line`);
      const lostMs = performance.now() - startMs;
      if (loss === "SIGSTOP") {
        server.child.kill("SIGCONT");
      } else {
        await server.end();
        server = await startServerProcess(at);
      }
      await terminal.until("The network is back: a server answers again.");
      await terminal.until(`${prompt} half a line`);
      await terminal.type("\x15");
      return lostMs;
    };
    for (const loss of ["SIGKILL", "SIGSTOP"] as const) {
      const lostMs: number[] = [];
      // A machine that has much else to do adds to a time, but not to each.
      do lostMs.push(await lose(loss)); while (lostMs.at(-1)! >= lostMsMax && lostMs.length < 3);
      assertLess(lostMs.at(-1)!, lostMsMax, `after ${loss}: ${lostMs} ms`);
    }
    await terminal.type("quit\r");
    await terminal.until("Goodbye, Ada.");
    await terminal.end();
    await server.end("SIGTERM");
  },
);
