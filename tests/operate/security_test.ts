/** The walk-through in docs/security.md is run, on addresses of loopback in place of three machines. */

import { assert } from "../deps.ts";
import { runSessions, sessionsIn } from "../support/app/console_sessions.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { missing, testUnless } from "../support/needs.ts";
import { freePorts } from "../support/ports.ts";
import { read } from "../support/repository.ts";

const hosts: Readonly<Record<string, string>> = {
  tokyo: "127.0.0.2",
  paris: "127.0.0.3",
  dallas: "127.0.0.4",
};

/** A machine is a folder here: that is where what is copied there goes, and what is run there runs. */
const machines = `\
$ scp() { local all=("\${@:2}"); mkdir -p "machines/\${all[-1]%:}"; cp "\${all[@]::\${#all[@]}-1}" "machines/\${all[-1]%:}"; }
$ ssh() { cd "machines/$1"; shift; exec "$@"; }
`;

testUnless(
  Deno.build.os === "linux" ? missing("bash") : "the addresses of Linux",
  "the walk-through in docs/security.md comes out as it stands there",
  async () => {
    const first = freePorts(2);
    const session = sessionsIn(read("docs/security.md")).join("")
      .replace(
        /--host 0\.0\.0\.0 --advertise (\S+):6000/g,
        "--host $1 --port 6000 --advertise $1:6000",
      )
      .replace(/\b(tokyo|paris|dallas)\.example/g, (_, name) => hosts[name])
      .replace(/\b600([01])\b/g, (_, port) => String(first + Number(port)));
    const commands = session.split("\n").filter((line) => line.startsWith("$"));
    assert(commands.length <= 11, "it takes more than ten commands, and one that waits");
    using folder = new TempDirectory();
    await runSessions([machines + session], folder.path);
  },
);
