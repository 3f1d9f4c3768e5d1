import { commandTable } from "../../resp/mod.ts";
import { assertEquals } from "../deps.ts";
import { read } from "../support/repository.ts";

/** A row for each command that can be sent, that of a container aside. */
const rows = commandTable.all.flatMap((command) => [
  ...(command.execute === undefined ? [] : [command]),
  ...(command.subcommands?.all ?? []),
]).map(({ name, summary }) => ({ name: name.toUpperCase().replace("|", " "), summary }));

Deno.test("docs/redis.md has a row for each command, as COMMAND DOCS tells of it", () => {
  const text = read("docs/redis.md");
  const table = text.slice(text.indexOf("| command")).split("\n").slice(2)
    .filter((line) => line.startsWith("|"));
  const shown = table.map((line) => {
    const [, name, summary] = /^\| `([^`]+)` +\| (.*?) +\|$/.exec(line) ?? [];
    return { name, summary };
  });
  assertEquals(shown, rows);
});
