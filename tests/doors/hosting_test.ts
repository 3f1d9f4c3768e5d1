/** The session in docs/hosting.md is run, and must come out as it stands there, at other ports. */

import { doorLimits } from "../../limits.ts";
import { assert, assertStringIncludes } from "../deps.ts";
import { runSessions, sessionsIn } from "../support/app/console_sessions.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { missing, testUnless } from "../support/needs.ts";
import { freePorts } from "../support/ports.ts";
import { read } from "../support/repository.ts";

const page = read("docs/hosting.md");

testUnless(
  missing("bash"),
  "the session in docs/hosting.md comes out as it stands there",
  async () => {
    const first = freePorts(4);
    const ports: Record<string, number> = { 6000: 0, 6001: 1, 8080: 2, 4000: 3 };
    const session = sessionsIn(page).join("").replace(
      /\b(?:600[01]|8080|4000)\b/g,
      (port) => String(first + ports[port]),
    );
    assert(session.length > 1_000);
    using folder = new TempDirectory();
    await runSessions([session], folder.path);
  },
);

Deno.test("docs/hosting.md says the bounds that there are", () => {
  const row = (start: string) => page.split("\n").find((line) => line.startsWith(`| ${start}`))!;
  const { sessionsMax, connectionsMax, connectionsPerAddressMax, typedLinesMax } = doorLimits;
  assertStringIncludes(row("sessions of a host"), sessionsMax.toLocaleString("en"));
  assertStringIncludes(row("connections to a door"), connectionsMax.toLocaleString("en"));
  assertStringIncludes(row("connections from one"), String(connectionsPerAddressMax));
  assertStringIncludes(row("lines that wait"), String(typedLinesMax));
  assertStringIncludes(row("time to log in"), `${doorLimits.loginMs / 60_000} minutes`);
  assertStringIncludes(row("time without a connection"), `${doorLimits.heldMs / 60_000} minutes`);
  assertStringIncludes(row("what a connection"), `${doorLimits.unsentBytesMax / 1_024} KiB`);
});
