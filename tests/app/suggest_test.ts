import { assertEquals } from "../deps.ts";
import { didYouMean, suggest } from "../../app/cli/suggest.ts";

const words = ["get", "put", "list", "scan", "help", "exit"];

Deno.test("suggest() finds the word behind a typo", () => {
  const typos: Record<string, string | undefined> = {
    gte: "get",
    ge: "get",
    gett: "get",
    GTE: "get",
    lst: "list",
    liist: "list",
    sacn: "scan",
    hepl: "help",
    exti: "exit",
    frobnicate: undefined,
    "": undefined,
    x: undefined,
    __proto__: undefined,
  };
  for (const [typo, meant] of Object.entries(typos)) {
    assertEquals(suggest(typo, words), meant, typo);
  }
  assertEquals(suggest("x".repeat(1_000_000), words), undefined);
});

Deno.test("didYouMean() says it in a message, or says nothing", () => {
  assertEquals(didYouMean("gte", words), " (did you mean get?)");
  assertEquals(didYouMean("frobnicate", words), "");
});
