import { assert, assertEquals, assertStringIncludes, assertThrows } from "../deps.ts";
import { exercises, parseScenario, runScenario } from "../../simulate/mod.ts";
import { read } from "../support/repository.ts";
import { chapters, withLink } from "./chapters.ts";
import { checks } from "./checks/mod.ts";
import { answerMsMax, judge } from "./judge.ts";

for (const chapter of chapters()) {
  const { number, path, text, scenario } = chapter;

  Deno.test(`the experiment of ${path} goes as it says`, async () => {
    const { failures } = await runScenario(parseScenario(scenario));
    assertEquals(failures, []);
  });

  Deno.test(`${path} links to its experiment, names its file, and asks for something`, () => {
    assertEquals(withLink(chapter), text);
    const digits = String(number).padStart(2, "0");
    assertStringIncludes(text, `docs/course/scenarios/${digits}.txt`);
    for (
      const part of [
        "**The idea.**",
        "| in the papers",
        "**Read**",
        "**Experiment.**",
        "**Exercise.**",
      ]
    ) {
      assertStringIncludes(text, part);
    }
    const asked = [...text.matchAll(/deno task exercise (\d+)/g)].map(([, id]) => Number(id));
    const ids = exercises.map(({ id }) => id);
    assert(asked.every((id) => ids.includes(id)));
    assert(
      number in checks ? text.includes(`deno task course ${number} mine.ts`) : asked.length > 0,
    );
  });
}

for (const [number, check] of Object.entries(checks)) {
  const digits = number.padStart(2, "0");

  Deno.test(`the exercise of chapter ${number} is solved by its solution, and not by what it begins with`, async () => {
    check(await import(`./solutions/${digits}.ts`));
    const { text } = chapters().find((it) => String(it.number) === number)!;
    const [, begun] = /```ts ignore\n([^]*?)```/.exec(text)!;
    const url = URL.createObjectURL(new Blob([begun], { type: "application/typescript" }));
    const unsolved = await import(url);
    assertThrows(() => check(unsolved));
    URL.revokeObjectURL(url);
  });
}

Deno.test("the course has ten chapters, and its first page leads to all of them", () => {
  const index = read("docs/course/README.md");
  const all = chapters();
  assertEquals(all.map(({ number }) => number), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const { path } of all) assertStringIncludes(index, `](${path.split("/").at(-1)})`);
});

Deno.test("judge() says what is wrong with an answer, also of one that never ends", async () => {
  assertEquals(await judge(5, import.meta.resolve("./solutions/05.ts"), answerMsMax), undefined);
  const wrongOf = (text: string, msMax: number) => {
    const code = `export class Outbox { ${text} }`;
    return judge(5, `data:application/javascript,${encodeURIComponent(code)}`, msMax);
  };
  const empty = await judge(5, "data:application/javascript,", answerMsMax);
  assertEquals(empty, "The file exports nothing; it is to export Outbox");
  assertStringIncludes(await wrongOf("", answerMsMax) ?? "", "outbox.add is not a function");
  assertStringIncludes(await wrongOf("add() { for (;;); }", 300) ?? "", "a loop that never ends");
});
