import { linkOf, readLink } from "../../lab/model/link.ts";
import { assertEquals } from "../deps.ts";

Deno.test("a link holds the scenario and the moment", () => {
  const text = 'title 100 % & more\nserver a\nat 1 s put "a key" = "#=+é→" on a\n';
  assertEquals(readLink(linkOf({ text, atMs: 1_234 })), { text, atMs: 1_234 });
});

Deno.test("a link without a scenario holds nothing, and a wrong moment is the first one", () => {
  assertEquals(readLink(""), {});
  assertEquals(readLink("#at=5"), {});
  assertEquals(readLink("#scenario=server+a&at=later"), { text: "server a\n", atMs: 0 });
  assertEquals(readLink("#scenario=server%20a&at=-5"), { text: "server a\n", atMs: 0 });
});

Deno.test("a link may name an exercise, with or without a scenario", () => {
  const linked = { text: "server a\n", atMs: 5, exercise: 7 };
  assertEquals(readLink(linkOf(linked)), linked);
  assertEquals(readLink("#exercise=3"), { exercise: 3 });
  for (const id of ["99", "0", "x", ""]) assertEquals(readLink(`#exercise=${id}`), {});
});
