/** Words that a player has made up for others. */

import { Aliases } from "../../app/game/talk/aliases.ts";
import { AliasFile } from "../../app/play/alias_file.ts";
import { aliasCharsMax, aliasesMax, aliasWordCharsMax } from "../../app/game/world/bounds.ts";
import { StateDirectory } from "../../app/cli/state_directory.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { FakeConsole } from "../support/app/fake_console.ts";
import { play } from "./stage.ts";

Deno.test("an alias stands for the beginning of a line, once", () => {
  const aliases = new Aliases();
  for (const [word, words] of [["m", "mine 20"], ["g", "m"], ["__proto__", "look"]]) {
    assertEquals(aliases.set(word, words), undefined);
  }
  assertEquals(
    ["M", " m  3", "g", "mine", "", "say m", "__proto__", "constructor"].map((line) =>
      aliases.expand(line)
    ),
    ["mine 20", "mine 20  3", "m", "mine", "", "say m", "look", "constructor"].map((
      line,
    ) => [line]),
  );
  aliases.set("r", "buy cpu ; solve");
  assertEquals(aliases.expand("r 5"), ["buy cpu", "solve 5"]);
  assertEquals(aliases.expand("say r ; s"), ["say r ; s"]);
  assertEquals([aliases.remove("m"), aliases.remove("m")], [true, false]);
  assertEquals(aliases.expand("m"), ["m"]);
});

Deno.test("an alias hides no command and no mark, and all are bounded", () => {
  const aliases = new Aliases();
  assertEquals(aliases.set("quit", "look"), "command");
  assertEquals(aliases.set("resign", "look"), "command");
  for (const word of ["'", ":x", "a b", "\u200b", "x".repeat(aliasWordCharsMax + 1), ""]) {
    assertEquals(aliases.set(word, "look"), "word", word);
  }
  assertEquals(aliases.set("x", "y".repeat(aliasCharsMax + 1)), "length");
  for (let n = 0; n < aliasesMax; n++) assertEquals(aliases.set(`a${n}`, "look"), undefined);
  assertEquals([aliases.set("more", "look"), aliases.set("a0", "who")], ["count", undefined]);
});

Deno.test("aliases are kept in a file for the next time, what makes no sense there is skipped", async () => {
  const stateHome = await Deno.makeTempDir();
  const open = () =>
    new Aliases(
      new AliasFile(new StateDirectory(new FakeConsole({ env: { XDG_STATE_HOME: stateHome } }))),
    );
  open().set("m", "mine 20");
  assertEquals([...open().all], [["m", "mine 20"]]);
  const path = `${stateHome}/cmud/play_aliases`;
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  await Deno.writeTextFile(path, "quit look\n\nx\n'y z\nk look\n");
  assertEquals([...open().all], [["k", "look"]]);
  await Deno.remove(stateHome, { recursive: true });
});

Deno.test("an alias of several commands does one after the other, and ends with the game", async () => {
  const { said } = await play(["Ada", "alias r stats ; quit ; inv", "r"]);
  assertStringIncludes(said, "Name: Ada\n");
  assert(!said.includes("Electricity: "));
  assert(said.endsWith("Goodbye, Ada. Your machines hum on without you.\n"));
});

Deno.test("a player makes, uses, lists and drops aliases, in front of a problem too", async () => {
  const { said } = await play([
    ...["Ada", "alias", "alias Me say I am", "alias quit look", "alias", "me here", "solve"],
    ...["ME there", "resign", "alias me", "alias me"],
  ]);
  assertStringIncludes(said, "You have no aliases.");
  assertStringIncludes(
    said,
    '"me" stands for "say I am" from now on.\nquit is a command, and stays one.\n',
  );
  assertStringIncludes(said, "  me  say I am\nYou say: I am here\n");
  assertStringIncludes(said, "You say: I am there\n");
  assert(said.endsWith('"me" stands for nothing else any more.\n"me" is no alias.\n'));
});
