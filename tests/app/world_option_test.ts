/** `cmud play --world`: what is said of a file that is no world. */

import { assertEquals, assertStringIncludes } from "../deps.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

Deno.test("cmud play --world refuses what is no world, with what it found and where", async () => {
  using folder = new TempDirectory();
  const path = `${folder.path}/island.json`;
  const cases: [text: string, expected: string][] = [
    ["{", `Cannot read the world in ${path}: `],
    ["[]", `Cannot play in the world of ${path}:\n  the file: found a list of 0, allowed is an`],
    ['{"format": 3}', "  format: found 3, allowed is a whole number from 1 to 1\n"],
    ['{"fromat": 1}', "  fromat: found a field that is unknown (did you mean format?)"],
  ];
  for (const [text, expected] of cases) {
    await Deno.writeTextFile(path, text);
    const { code, stderr } = await runCmud(["play", "--world", path]);
    assertEquals(code, 64);
    assertStringIncludes(stderr, expected);
  }
  const { code, stderr } = await runCmud(["play", "--world", `${folder.path}/nowhere`]);
  assertEquals(code, 64);
  assertStringIncludes(stderr, "Cannot read ");
});
