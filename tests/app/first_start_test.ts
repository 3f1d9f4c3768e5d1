/** What somebody sees who has just cloned the repository and has nothing else. */

import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { HeldRegistry } from "./held_registry.ts";
import { screenOf } from "./screen.ts";
import { Terminal, terminalTest } from "./terminal.ts";
import { withServer } from "./with_server.ts";

const question = "Do you use a screen reader? Type yes and press Enter, or only Enter for no: ";
const config = new URL("../../deno.json", import.meta.url).pathname;

const lacking = await HeldRegistry.lacking();

for (const columns of [40, 80]) {
  terminalTest(
    `the first deno task play of a machine asks its question, and keeps it, on ${columns} columns`,
    () =>
      withServer(async (server) => {
        await using registry = await HeldRegistry.start();
        using denoDirectory = new TempDirectory();
        const play = `task --config ${config} play --fast --name Ada --server ${server}`;
        const terminal = new Terminal(`${Deno.execPath()} ${play}`, {
          columns,
          env: {
            DENO_DIR: denoDirectory.path,
            DENO_NO_UPDATE_CHECK: "1",
            NPM_CONFIG_REGISTRY: registry.address,
          },
        });
        let seen = await terminal.until(question);
        // What Deno still fetches now, it fetches while a player thinks.
        await registry.release();
        await terminal.type("no\r");
        seen += await terminal.until("or help.");
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
