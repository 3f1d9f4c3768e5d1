import { parseScenario, runScenario } from "../../simulate/mod.ts";
import { assertEquals } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import { run } from "./program.ts";
import { ServedLab } from "./served_lab.ts";

/** What the person in `lab_page.ts` has done. */
const done = `delay 60 ms
server a replicas 2
server b replicas 2 joins a
server c joins a
at 1000 ms
put x = 1 on a.1
at 1060 ms
cut a b
put x = 2 on b.1
crash c
restart c joins a
server d replicas 2 joins a
heal b -> a
heal a -> b
`;

testUnless(
  missing("chromium"),
  "the laboratory shows a cluster, breaks and heals it, at any width, by keyboard, and to a screen reader",
  async () => {
    await using lab = await ServedLab.start();
    const { found, lines, faults } = JSON.parse(
      await run("--allow-all", "tests/browser/lab_page.ts", lab.url),
    );
    assertEquals(faults, []);
    const seen = {
      atPut: ["a.1 holds x: 1", "a.2 holds x: 1"],
      atCut: [
        "a.1 holds x: 1",
        "a.2 holds x: 1",
        "b.1 holds x: 2",
        "b.2 holds x: 2",
        "c.1 holds x: 1",
      ],
      why: "“x = 2” by b.1 wins against “x = 1” by a.1, because timestamp 1060 is after 1000. " +
        "2 of 5 replicas hold it so far.",
      scenario: done,
      isSame: true,
    };
    assertEquals(found, { 360: seen, 1000: seen, 1600: seen });
    const until = done.slice(0, done.indexOf("at 1060 ms"));
    const { transcript } = await runScenario(parseScenario(until));
    assertEquals(`${lines.join("\n")}\n`, transcript);
  },
);
