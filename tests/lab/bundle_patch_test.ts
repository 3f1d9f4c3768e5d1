import { patched, patchOf } from "../../lab/core/bundle_patch.ts";
import { assertEquals, fc } from "../deps.ts";

Deno.test("patchOf() is what patched() needs", () => {
  const piece = fc.constantFrom("a", "b", "function(){return 1}", "const x=this.y.z;");
  const text = fc.array(fc.oneof(piece, fc.string()), { maxLength: 12 }).map((it) => it.join(""));
  fc.assert(fc.property(text, text, (before, after) => {
    assertEquals(patched(before, patchOf(before, after)), after);
  }));
});

Deno.test("patchOf() is small where the texts differ in a few places", () => {
  const before = Array.from({ length: 500 }, (_, i) => `function f${i}(a,b){return a>b}`).join(";");
  const after = before.replace("f7(a,b){return a>b}", "f7(a,b){return a>=b}")
    .replaceAll("f44", "g44");
  assertEquals(patched(before, patchOf(before, after)), after);
  const hunks = patchOf(before, after);
  assertEquals(hunks.length, 12);
  assertEquals(hunks[0].slice(1), [0, "="]);
});
