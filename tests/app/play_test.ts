import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { Server } from "../../kvserver/mod.ts";
import { cmudProcess } from "./cmud_process.ts";
import { runCmud } from "./fake_console.ts";
import { deadAddress, withServer } from "./with_server.ts";

const script = ["Ada", "stats", "mine 2", "buy cpu", "map", "quit"];

Deno.test("play plays a script from a pipe, without an escape sequence", () =>
  withServer(async (server) => {
    const { code, stdout, stderr } = await cmudProcess(
      ["play", "--fast", "--server", server],
      script.join("\n") + "\n",
    );
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assert(!stdout.includes("\x1b"));
    for (const line of ["Name: Ada", "Rank: Undergraduate", "Gates 5th Floor: Ada (you)"]) {
      assertStringIncludes(stdout, line);
    }
  }));

Deno.test("play ends with 0 at the end of input, wherever that is", () =>
  withServer(async (server) => {
    for (let length = 0; length < script.length; length++) {
      const input = script.slice(0, length);
      const { code, stderr } = await runCmud(["play", "--fast", "--server", server], { input });
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
    }
  }));

Deno.test("play goes on with a character, and --name asks for none", () =>
  withServer(async (server) => {
    const args = ["play", "--fast", "--name", "Ada", "--server", server];
    await runCmud(args, { input: ["move bridge", "quit"] });
    const { stdout } = await runCmud(args, { input: ["stats"] });
    assertStringIncludes(stdout, "Place: Randy Pausch Bridge");
    assert(!stdout.includes("What is your name?"));
  }));

Deno.test("play ends with 69 when the named server does not answer, with 64 for a bad name", async () => {
  const dead = await runCmud(["play", "--server", deadAddress()]);
  assertEquals({ code: dead.code, stdout: dead.stdout }, { code: 69, stdout: "" });
  assertEquals((await runCmud(["play", "--name", "a b"])).code, 64);
});

Deno.test("play tells the player when the server is gone, and lets them go on", async () => {
  const server = await Server.start({ startPort: 0, queryActorCount: 1 });
  const input = async function* () {
    yield* ["Ada", "mine"];
    await server.close();
    yield* ["stats", "quit"];
  };
  const [address] = server.queryAddresses;
  const { code, stdout } = await runCmud(["play", "--fast", "--server", address], { input });
  assertEquals(code, 0);
  assertStringIncludes(stdout, "Goodbye, Ada");
  assert(!stdout.includes("Error"));
});
