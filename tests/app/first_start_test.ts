/** What somebody sees who has just cloned the repository and has nothing else. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { testUnless } from "../support/needs.ts";
import { HeldRegistry } from "./held_registry.ts";
import { screenOf } from "./screen.ts";
import { Terminal, terminalTest } from "./terminal.ts";
import { withServer } from "./with_server.ts";

const question = "Do you use a screen reader? Type yes and press Enter, or only Enter for no: ";
const config = new URL("../../deno.json", import.meta.url).pathname;

/** How long it may take to fetch all that is needed at first, from whatever network there is. */
const fetchMs = 180_000;

const lacking = await HeldRegistry.lacking();

/** What `deno task play` is with an empty cache. */
const play = (
  server: string,
) => ["task", "--config", config, "play", "--fast", "--name", "Ada", "--server", server];

const environment = (denoDirectory: TempDirectory, registry: HeldRegistry) => ({
  DENO_DIR: denoDirectory.path,
  DENO_NO_UPDATE_CHECK: "1",
  NPM_CONFIG_REGISTRY: registry.address,
});

for (const columns of [40, 80]) {
  terminalTest(
    `the first deno task play of a machine asks its question, and keeps it, on ${columns} columns`,
    () =>
      withServer(async (server) => {
        await using registry = await HeldRegistry.start();
        using denoDirectory = new TempDirectory();
        const terminal = new Terminal([Deno.execPath(), ...play(server)].join(" "), {
          columns,
          env: environment(denoDirectory, registry),
        });
        let seen = await terminal.until(question, fetchMs);
        // What Deno still fetches now, it fetches while a player thinks.
        await registry.release();
        await terminal.type("no\r");
        seen += await terminal.until("else there is.");
        await terminal.type("quit\r");
        const { code, rest } = await terminal.end();
        assertEquals(code, 0);
        const rows = await screenOf(seen + rest, columns);
        const text = rows.map((row) => row.padEnd(columns)).join("");
        assertStringIncludes(text, `${question}no`);
        assertStringIncludes(text, "Goodbye, Ada.");
        assert(!text.includes("--allow-"), "deno task prints a wall of permissions");
      }),
    lacking,
  );
}

testUnless(
  lacking,
  "the first deno task play of a machine works in a pipe",
  () =>
    withServer(async (server) => {
      await using registry = await HeldRegistry.start();
      using denoDirectory = new TempDirectory();
      const child = new Deno.Command(Deno.execPath(), {
        args: play(server),
        env: { ...environment(denoDirectory, registry), NO_COLOR: "1" },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const input = child.stdin.getWriter();
      await input.write(new TextEncoder().encode("stats\nquit\n"));
      await input.close();
      const { code, stdout, stderr } = await child.output();
      const decoder = new TextDecoder();
      const printed = decoder.decode(stdout);
      assertEquals(code, 0);
      // What Deno fetches at first it lists on stderr, and nothing once the program has begun.
      assertMatch(decoder.decode(stderr), /^(Download .*\n)*Task play deno run .*\n$/);
      assertStringIncludes(printed, "Name: Ada\n");
      assertStringIncludes(printed, "Goodbye, Ada.");
    }),
);
