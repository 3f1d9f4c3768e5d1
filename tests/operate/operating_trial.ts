/** The sessions in docs/operating.md are run, and must come out as they stand there, at other ports. */

import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals } from "../deps.ts";
import { runSessions, sessionsIn } from "../support/app/console_sessions.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { missing, testUnless } from "../support/needs.ts";
import { freePorts } from "../support/ports.ts";
import { read } from "../support/repository.ts";

const page = read("docs/operating.md");

testUnless(
  missing("bash", "jq"),
  "the sessions in docs/operating.md come out as they stand there",
  async () => {
    // The system ports 6000, 7000, 8000 and 9000, and the query port behind each.
    const first = freePorts(8);
    const session = sessionsIn(page).join("").replace(
      /\b([6-9])00([01])\b/g,
      (_, server, port) => String(first + 2 * (server - 6) + Number(port)),
    );
    assert(session.length > 2_000);
    using folder = new TempDirectory();
    await runSessions([session], folder.path);
  },
);

Deno.test("docs/operating.md says which SQLite this Deno brings", () => {
  const versions = new Map(
    [...page.matchAll(/^\| (\d[\d.]+) +\| (\d[\d.]+) +\|$/gm)].map((
      [, deno, sqlite],
    ) => [deno, sqlite]),
  );
  assert(versions.size >= 2);
  const database = new DatabaseSync(":memory:");
  const { version } = database.prepare("select sqlite_version() as version").get()!;
  database.close();
  // Those that run it on another Deno learn nothing from the table.
  assertEquals(versions.get(Deno.version.deno) ?? version, version);
});
