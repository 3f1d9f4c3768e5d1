/** The sessions in docs/shell.md are run, and must come out as they stand there. */

import { assert } from "../deps.ts";
import { runSessions, sessionsIn } from "../support/app/console_sessions.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { missing, testUnless } from "../support/needs.ts";
import { read } from "../support/repository.ts";
import { withServer } from "./with_server.ts";

const sessions = sessionsIn(read("docs/shell.md"));
const lackingJq = missing("jq");
const others = sessions.filter((session) => !/\bjq\b/.test(session));

testUnless(missing("bash"), "the sessions in docs/shell.md come out as they stand there", () => {
  assert(others.length >= 7);
  return withServer(async (server) => {
    using folder = new TempDirectory();
    const runnable = lackingJq === undefined ? sessions : others;
    await runSessions(runnable, folder.path, { CMUD_SERVER: server });
  });
});

if (lackingJq !== undefined) {
  testUnless(lackingJq, "the sessions with jq in docs/shell.md", () => {});
}
