import { PrefixTree } from "../../kvserver/watch/mod.ts";
import { assert, assertEquals, assertLessOrEqual } from "../deps.ts";
import { bytesOf } from "../support/store/stores.ts";
import { Prng } from "../../simulate/world/prng.ts";

function found(tree: PrefixTree<string>, key: string): string[] {
  const members: string[] = [];
  // In the midst of other bytes, as keys stand in memory.
  const bytes = bytesOf(`<<${key}ab`);
  tree.visit(bytes, 2, 2 + key.length, (member) => members.push(member));
  return members.sort();
}

Deno.test("PrefixTree finds the members whose prefixes a key begins with", () => {
  const tree = new PrefixTree<string>();
  const prefixes = ["", "a", "ab", "abc", "abd", "b", "\0", "\xff\xff"];
  for (const prefix of prefixes) tree.add(bytesOf(prefix), `in ${prefix}`);
  tree.add(bytesOf("ab"), "another in ab");
  assertEquals(found(tree, "abcd"), ["another in ab", "in ", "in a", "in ab", "in abc"]);
  assertEquals(found(tree, "a"), ["in ", "in a"]);
  assertEquals(found(tree, ""), ["in "]);
  assertEquals(found(tree, "\xff"), ["in "]);
  tree.remove(bytesOf("ab"), "in ab");
  tree.remove(bytesOf("nothing"), "in nothing");
  assertEquals(found(tree, "abd"), ["another in ab", "in ", "in a", "in abd"]);
});

Deno.test("PrefixTree agrees with a list, whatever comes and goes, and gives its memory back", () => {
  const random = new Prng(7);
  const draw = (count: number) => random.below(count);
  const text = () => Array.from({ length: draw(6) }, () => "ab\0\xff"[draw(4)]).join("");
  const tree = new PrefixTree<string>();
  const members = new Map<string, string>();
  for (let step = 0; step < 5_000; step++) {
    if (draw(2) === 0) {
      const member = `${step}`;
      members.set(member, text());
      tree.add(bytesOf(members.get(member)!), member);
    } else if (members.size > 0) {
      const [member, prefix] = [...members][draw(Math.min(members.size, 5))];
      members.delete(member);
      tree.remove(bytesOf(prefix), member);
    }
    const key = text();
    const expected = [...members].filter(([, prefix]) => key.startsWith(prefix));
    assertEquals(found(tree, key), expected.map(([member]) => member).sort());
    assertLessOrEqual(tree.nodeCount, 2 * new Set(members.values()).size + 1);
  }
  assert(members.size > 0);
  for (const [member, prefix] of members) tree.remove(bytesOf(prefix), member);
  assertEquals(tree.nodeCount, 1);
});
