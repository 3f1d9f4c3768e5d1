import { assertEquals, assertStringIncludes } from "../deps.ts";
import { spawnCmud } from "../support/app/cmud_process.ts";
import { batchOf, dataWriter, entry, newDataFile } from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { missing, testUnless } from "../support/needs.ts";

/** Runs it; one that waits for who writes to a pipe is ended. */
async function ended(args: readonly string[]): Promise<{ code: number; stdout: string }> {
  const child = spawnCmud(args);
  const watchdog = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const { code, stdout } = await child.output();
  clearTimeout(watchdog);
  return { code, stdout: new TextDecoder().decode(stdout) };
}

for (const name of ["cmud.db", "log-1", "lock"]) {
  testUnless(
    missing("mkfifo"),
    `the data commands come to an end when ${name} is a pipe, and get out what is beside it`,
    async () => {
      using directory = new TempDirectory();
      using above = new TempDirectory();
      const { path } = directory;
      newDataFile(path);
      const writer = dataWriter(path);
      writer.append([batchOf(entry("a", "1"))]);
      writer.close();
      try {
        Deno.removeSync(`${path}/${name}`);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
      await new Deno.Command("mkfifo", { args: [`${path}/${name}`] }).output();
      const isNeeded = name !== "lock";
      const [checked, exported, salvaged, repaired] = await Promise.all([
        ended(["data", "check", path]),
        ended(["data", "export", path]),
        ended(["data", "export", "--salvage", path]),
        ended(["data", "repair", path, `${above.path}/new`]),
      ]);
      assertEquals([checked.code, exported.code], isNeeded ? [70, 70] : [0, 0]);
      assertEquals([salvaged.code, repaired.code], [0, 0]);
      if (name !== "log-1") assertStringIncludes(salvaged.stdout, '"key":"a"');
    },
  );
}
