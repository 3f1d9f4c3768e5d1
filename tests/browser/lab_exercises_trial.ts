import { exercises } from "../../simulate/mod.ts";
import { assertEquals, assertMatch } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import { run } from "./program.ts";
import { ServedLab } from "./served_lab.ts";

/** `tests/exercises` plays the solutions of all; here it is seen that the page has the faults, and judges. */
const ids = [1, 6, 14];

testUnless(
  missing("chromium"),
  "the laboratory has exercises with their faults, hints and sources, and says whether an answer is right",
  async () => {
    await using lab = await ServedLab.start({
      exercises: exercises.filter(({ id }) => ids.includes(id)),
    });
    const { said, faults } = JSON.parse(
      await run("--allow-all", "tests/browser/lab_exercises.ts", lab.url, ids.join()),
    );
    assertEquals(faults, []);
    assertEquals(Object.keys(said).map(Number), ids);
    for (const id of ids) {
      const [nothing, history, ...others] = said[id];
      assertMatch(nothing, /^The history expects nothing\./);
      assertMatch(history, /^That shows it: Line \d+: expected /);
      assertEquals(others, [
        "That is the file, and it is another line",
        "That is the line",
        "Solved: you have found the history and the line.",
      ]);
    }
  },
);
