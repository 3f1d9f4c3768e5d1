import { greatestShare } from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";

const share = (all: string[], host: string) =>
  greatestShare(all, (it) => it.slice(0, 1), host)?.join(" ");

Deno.test("greatestShare() is that of the host that has most", () => {
  assertEquals(share(["a1", "b1", "b2", "b3", "a2"], "a"), undefined);
  assertEquals(share(["a1", "b1", "b2", "b3"], "a"), "b1 b2 b3");
  assertEquals(share(["a1", "b1", "b2", "c1", "c2", "c3"], "d"), "c1 c2 c3");
});

Deno.test("greatestShare() is nobody's when all have as many, or the host itself has most", () => {
  assertEquals(share([], "a"), undefined);
  assertEquals(share(["a1", "b1", "c1"], "d"), undefined);
  assertEquals(share(["a1", "a2", "a3", "b1", "b2"], "a"), undefined);
  assertEquals(share(["a1", "a2", "a3"], "a"), undefined);
});
