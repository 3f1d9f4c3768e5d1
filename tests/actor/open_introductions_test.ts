import { OpenIntroductions } from "../../actor/open_introductions.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { assert, assertEquals } from "../deps.ts";

/** @param name of the introduction: its address, and what tells it apart */
function introduction(name: string) {
  return { id: { address: name[0] }, name };
}

Deno.test("open introductions: the last one of the address that has most", () => {
  const open = new OpenIntroductions<ReturnType<typeof introduction>>();
  assertEquals([open.size, open.mostOfAddress, open.lastOfMost], [0, 0, undefined]);
  const all = ["a1", "b1", "a2", "c1", "b2", "b3"].map(introduction);
  for (const one of all) open.add(one);
  assertEquals([open.size, open.mostOfAddress, open.lastOfMost?.name], [6, 3, "b3"]);
  open.remove(all[1]);
  open.remove(all[4]);
  assertEquals([open.size, open.mostOfAddress, open.lastOfMost?.name], [4, 2, "a2"]);
  for (const i of [0, 2, 3, 5]) open.remove(all[i]);
  assertEquals([open.size, open.mostOfAddress, open.lastOfMost], [0, 0, undefined]);
});

Deno.test("open introductions: what counting all of them finds, whatever comes and goes", () => {
  const prng = new Prng(7);
  const open = new OpenIntroductions<ReturnType<typeof introduction>>();
  const all: ReturnType<typeof introduction>[] = [];
  for (let i = 0; i < 2_000; i++) {
    if (all.length > 0 && prng.below(5) < 2) open.remove(all.splice(prng.below(all.length), 1)[0]);
    else {
      all.push(introduction(`${"abcdef"[prng.below(6)]}${i}`));
      open.add(all.at(-1)!);
    }
    const counts = Map.groupBy(all, ({ id }) => id.address);
    const most = Math.max(0, ...[...counts.values()].map(({ length }) => length));
    assertEquals([open.size, open.mostOfAddress], [all.length, most]);
    const candidates = [...counts.values()].filter(({ length }) => length === most);
    assert(most === 0 || candidates.some((of) => of.at(-1) === open.lastOfMost));
  }
});
