/** The session in docs/hosting.md is run, and must come out as it stands there, at other ports. */

import { typedCharsMax } from "../../app/game/world/bounds.ts";
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
  const minutes = (ms: number) => ms === 3_600_000 ? "1 hour" : `${ms / 60_000} minutes`;
  const size = (bytes: number) => `${bytes / 1_024} KiB`;
  const bounds: [what: string, howMuch: string][] = [
    ["sessions of a host", doorLimits.sessionsMax.toLocaleString("en")],
    ["connections to a door", doorLimits.connectionsMax.toLocaleString("en")],
    ["connections from one address", `${doorLimits.connectionsPerAddressMax} (`],
    ["time to log in", minutes(doorLimits.loginMs)],
    ["time without a word", minutes(doorLimits.idleMs)],
    ["time without a connection", minutes(doorLimits.heldMs)],
    [
      "lines typed",
      `${doorLimits.linesAtOnce} at once, then ${1_000 / doorLimits.lineEveryMs} a second`,
    ],
    ["lines that wait", `${doorLimits.typedLinesMax}`],
    ["a line", `${typedCharsMax.toLocaleString("en")} characters`],
    ["what a connection does not take", size(doorLimits.unsentBytesMax)],
    ["a telnet subnegotiation", size(doorLimits.subnegotiationBytesMax)],
    ["a message on a WebSocket", size(doorLimits.messageBytesMax)],
    [
      "wrong passwords",
      `${doorLimits.loginTriesMax} a connection, ${doorLimits.wrongPasswordsMax} at once for a name`,
    ],
    [
      "passwords that are hashed",
      `${doorLimits.hashesAtOnce} at once, ${doorLimits.hashesWaitingMax} wait`,
    ],
  ];
  for (const [what, howMuch] of bounds) {
    const row = page.split("\n").find((line) => line.startsWith(`| ${what} `)) ?? "";
    assert(row.split("|")[2]?.trim().startsWith(howMuch), `${what}: ${howMuch}`);
  }
  assertStringIncludes(page, `then one in ${doorLimits.wrongPasswordMs / 1_000} s`);
  assertStringIncludes(page, `the newest ${size(doorLimits.missedCharsMax)} reach`);
});
