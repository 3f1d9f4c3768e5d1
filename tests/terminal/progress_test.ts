import { progressBar, progressLine, showProgress } from "../../app/cli/progress.ts";
import { FakeConsole } from "../support/app/fake_console.ts";
import { assertEquals } from "../deps.ts";

Deno.test("progressLine() says how much, how fast, and how long it still takes", () => {
  const unit = "entries";
  assertEquals(
    progressLine({ unit, count: 12_345, share: 0.25 }, 2_000),
    "[#####---------------]  25%  12,345 entries  6,173/s  0:06 left",
  );
  assertEquals(
    progressLine({ unit, count: 1, share: 0.0001 }, 1_000),
    "[--------------------]   0%  1 entries  1/s  2:46:39 left",
  );
  assertEquals(
    progressLine({ unit, count: 0, share: 0 }, 0),
    "[--------------------]   0%  0 entries  0/s",
  );
  assertEquals(progressLine({ unit, count: 5 }, 500), "5 entries  10/s");
});

Deno.test("progressBar() is full at the end, and never longer than it is", () => {
  assertEquals(progressBar(1, 4), "[####]");
  assertEquals(progressBar(7, 4), "[####]");
  assertEquals(progressBar(-1, 4), "[----]");
});

Deno.test("showProgress() draws nothing where a line cannot be erased", () => {
  for (const TERM of ["dumb", "xterm"]) {
    const console = new FakeConsole({ terminal: true, env: { TERM } });
    const progress = showProgress(console, () => ({ unit: "entries", count: 1 }));
    progress.tell("a line\n");
    progress.hide();
    assertEquals(console.stderr === "a line\n", TERM === "dumb");
  }
});
