import { assertEquals } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import { run } from "./program.ts";
import { ServedLab } from "./served_lab.ts";

testUnless(
  missing("chromium"),
  "long names of servers, clocks that are off and replicas have room in their cards, at any width",
  async () => {
    await using lab = await ServedLab.start();
    const seen = await run("--allow-all", "tests/browser/lab_labels.ts", lab.url);
    assertEquals(JSON.parse(seen), { found: { 360: [], 1000: [], 1600: [] }, faults: [] });
  },
);
