import { assertEquals } from "../deps.ts";
import { siblings, Stage } from "./stage.ts";

Deno.test("a query actor is told at once that it is alone no longer", () => {
  const stage = new Stage([siblings[0]]);
  assertEquals(stage.merges, []);
  stage.heard();
  assertEquals(stage.merges.map(({ isAlone }) => isAlone), [false]);
  // And once: there is nothing else to say.
  stage.pass(3);
  assertEquals(stage.merges.length, 1);
});
