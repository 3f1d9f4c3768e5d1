import { SeenVersions } from "../../kvclient/seen_versions.ts";
import { assertEquals, assertThrows } from "../deps.ts";
import { bytesOf } from "../support/store/stores.ts";

const limits = { watchMemoryBytesMax: 1_000, watchDeletionsMax: 2 };

function change(key: string, version: string, value?: string) {
  return { key, value, version: bytesOf(version) };
}

Deno.test("SeenVersions tells another write from the same one, and from an earlier one", () => {
  const seen = new SeenVersions(limits);
  assertEquals(seen.see(change("k", "2", "v")), true);
  assertEquals(seen.see(change("k", "2", "v")), false);
  assertEquals(seen.isEarlier(change("k", "1", "v")), true);
  assertEquals(seen.isEarlier(change("k", "2", "v")), false);
  assertEquals(seen.isEarlier(change("other", "1", "v")), false);
  assertEquals(seen.see(change("k", "2")), true, "it has expired");
  assertEquals(seen.see(change("k", "2")), false);
  assertEquals(seen.isEarlier(change("k", "1", "v")), true);
  assertEquals(seen.see(change("k", "2", "v")), true, "the clock was set back");
});

Deno.test("SeenVersions knows which keys were not told again", () => {
  const seen = new SeenVersions(limits);
  for (const key of ["a", "b", "c"]) seen.see(change(key, "1", "v"));
  assertEquals(seen.hasMissing, false);
  seen.beginRound();
  assertEquals(seen.hasMissing, true);
  seen.see(change("a", "1", "v"));
  seen.see(change("b", "2", "v"));
  assertEquals([...seen.deleteMissing()], [change("c", "1")]);
  assertEquals(seen.hasMissing, false);
  assertEquals([...seen.deleteMissing()], []);
});

Deno.test("SeenVersions remembers so much, and of what is deleted the last", () => {
  const seen = new SeenVersions(limits);
  for (let round = 0; round < 100; round++) {
    for (let i = 0; i < 9; i++) seen.see(change(`${i}`, `${round}`, "v"));
    seen.see(change(`${round % 9}`, `${round}!`));
  }
  for (const key of ["0", "1", "2"]) seen.see(change(key, "200"));
  assertEquals(seen.see(change("0", "200")), true, "the oldest deletion is forgotten");
  assertEquals(seen.see(change("2", "200")), false);
  assertThrows(
    () => seen.see(change("k".repeat(600), "1", "v")),
    RangeError,
    "Cannot watch so much: allowed are 1000 bytes",
  );
});
