import { assertEquals } from "../deps.ts";
import { PrintedLines } from "../support/app/printed_lines.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { missing, testUnless } from "../support/needs.ts";
import { program, run } from "./program.ts";

testUnless(
  missing("chromium"),
  "two tabs of a browser, each at a server of its own, show the same keys as they change",
  async () => {
    using directory = new TempDirectory();
    const client = `${directory.path}/client`;
    await run("--allow-read", "--allow-env", `--allow-write=${client}`, "scripts/npm.ts", client);
    const servers = program(
      "--allow-net=127.0.0.1",
      "--allow-read",
      "examples/browser/main.ts",
      client,
    ).spawn();
    const printed = new PrintedLines(servers);
    try {
      const urls = [await printed.next(), await printed.next()];
      const told = await run("--allow-all", "tests/browser/two_tabs.ts", ...urls);
      const row = (key: string, value: string) => `${key}\t${value}\tDelete`;
      assertEquals(JSON.parse(told), {
        seen: {
          both: [row("user/ada", "Mathematician"), row("user/bob", "Builder")],
          belowPrefix: [row("job/1", "waits")],
          afterDelete: [row("job/1", "waits"), row("user/bob", "Builder")],
        },
        faults: [],
      });
    } finally {
      servers.kill();
      await Promise.all([servers.status, printed.cancel(), servers.stderr.cancel()]);
    }
  },
);
