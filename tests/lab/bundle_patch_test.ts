import { patched, patchOf } from "../../lab/core/bundle_patch.ts";
import { assertEquals, fc } from "../deps.ts";

Deno.test("patchOf() is what patched() needs, and no more", () => {
  assertEquals(patchOf("if(a>b)c()", "if(a>=b)c()"), { start: 5, end: 5, text: "=" });
  assertEquals(patchOf("aaa", "aa"), { start: 2, end: 3, text: "" });
  fc.assert(fc.property(fc.string(), fc.string(), (before, after) => {
    assertEquals(patched(before, patchOf(before, after)), after);
  }));
});
