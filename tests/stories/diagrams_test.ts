import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import {
  mermaidOf,
  parseScenario,
  runScenario,
  type Sequence,
  sequenceOf,
  svgOf,
} from "../../simulate/mod.ts";
import { scenarioFiles, told } from "./story_files.ts";

async function sequenceOfText(text: string): Promise<Sequence> {
  const scenario = parseScenario(text);
  const { events } = await runScenario(scenario);
  return sequenceOf(scenario.title, events);
}

/** Every tag that is opened is closed, and nothing looks like a tag that is none. */
function assertWellFormed(svg: string): void {
  const open: string[] = [];
  for (
    const [, end, name, isEmpty] of svg.matchAll(
      /<(\/?)([a-z]+)(?:\s[a-zA-Z:-]+="[^"<]*")*\s*(\/?)>/g,
    )
  ) {
    if (end === "/") assertEquals(open.pop(), name);
    else if (isEmpty !== "/") open.push(name);
  }
  assertEquals(open, []);
  assertEquals(svg.replaceAll(/<[^<>]*>/g, "").match(/[<>]|&(?!amp;|lt;|gt;)/), null);
}

Deno.test("diagrams of all stories are well formed, and no arrow ends before it begins", async () => {
  for (const file of scenarioFiles()) {
    const { events } = await told(file);
    const sequence = sequenceOf(file.name, events);
    assertWellFormed(svgOf(sequence));
    const places = new Set(sequence.participants);
    sequence.rows.forEach((row, i) => {
      if (row.type === "note") assert(places.has(row.at), row.at);
      if (row.type !== "arrow") return;
      assert(places.has(row.from) && places.has(row.to), `${row.from} ${row.to}`);
      assert(row.endRow >= i && row.endRow <= sequence.rows.length);
    });
  }
});

Deno.test("keys and values of any kind do no harm to a diagram", async () => {
  const sequence = await sequenceOfText(
    'title <b> & "c"\nserver a\nput "<k>" = "a & b; #c" on a\nwait 1s',
  );
  const svg = svgOf(sequence);
  assertWellFormed(svg);
  assertStringIncludes(svg, 'Put &lt;k&gt; = "a &amp; b; #c"');
  assertStringIncludes(mermaidOf(sequence), 'Put #60;k#62; = "a & b#59; #35;c"');
});

Deno.test("with many actors, those of a server are drawn as one", async () => {
  const { participants } = await sequenceOfText(
    "server a replicas 4\nserver b replicas 4 joins a\nput x = y on a.3",
  );
  assertEquals(participants, ["client", "a", "b"]);
});

Deno.test("a lost message is drawn as lost, and both directions of a cut as one remark", async () => {
  const { rows } = await sequenceOfText(
    "server a\nserver b joins a\nwait 1 s\nlink a -> b 300 ms\nput x = y on a\nwait 100 ms\ncut a b",
  );
  assertEquals(
    rows.flatMap((row) => row.type === "arrow" && row.tone === "lost" ? [row.text] : []),
    ["x = y"],
  );
  const remarks = rows.flatMap((row) => row.type === "remark" ? [row.text] : []);
  assertEquals(remarks, ["a → b takes 300 ms", "a ⇄ b is cut"]);
});
