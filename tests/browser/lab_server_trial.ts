import { assertEquals } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { until } from "../support/until.ts";

const isWindows = Deno.build.os === "windows";
const signals = isWindows ? ["SIGINT"] as const : ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What is in a folder. */
function namesIn({ path }: TempDirectory): string[] {
  return Array.from(Deno.readDirSync(path), ({ name }) => name);
}

for (const signal of signals) {
  for (const when of ["while it is made", "while its exercises are"] as const) {
    Deno.test(`the laboratory leaves no folder behind when ${signal} ends it ${when}`, async () => {
      using directory = new TempDirectory();
      await using lab = new Deno.Command(Deno.execPath(), {
        args: ["run", "-q", "--no-check", "-A", "scripts/lab.ts", "--port", "0"],
        env: { TMPDIR: directory.path },
        stdout: "piped",
      }).spawn();
      const hasBegun = () => namesIn(directory).length > 0;
      if (when === "while its exercises are") {
        const reader = lab.stdout.getReader();
        await reader.read();
        reader.releaseLock();
      } else await until("it has begun", hasBegun, { timeoutMs: 60_000 });
      lab.kill(signal);
      await lab.stdout.pipeTo(new WritableStream());
      assertEquals((await lab.status).code, 0);
      assertEquals(namesIn(directory), []);
    });
  }
}
