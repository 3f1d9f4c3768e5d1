import { assertEquals, assertGreater } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { killAndWatch } from "./killed_watch.ts";

// `deno task watches` does this many times.

for (const serverCount of [1, 2] as const) {
  Deno.test(`who watches holds what is there after 10 kills of ${serverCount} servers`, async () => {
    using directory = new TempDirectory();
    const { told, puts, ...rest } = await killAndWatch(10, serverCount, directory.path);
    assertEquals(rest, { faults: [], isEqual: true });
    assertGreater(told, 10);
    assertGreater(puts, 10);
  });
}
