import { assertEquals, assertGreater, assertNotEquals, fc, msgpackDecode } from "../deps.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { actionOf } from "./fuzz_run.ts";
import { lanes } from "./pick.ts";
import {
  hostileEncode,
  hostileMessage,
  mutatedBytes,
  mutatedValue,
} from "./arena/hostile_bytes.ts";

const message = [0, 7, "Put", ["key", { a: [1, null, true, new Uint8Array([1, 2])] }]];

Deno.test("hostileEncode() writes MessagePack of what is no hostile value", () => {
  for (const value of [message, -1, 0.5, 2 ** 31, "x".repeat(70_000), new Array(20).fill(0)]) {
    assertEquals(msgpackDecode(hostileEncode(value)), value);
  }
});

Deno.test("mutations are those of their seed, and leave what they are given as it was", () => {
  const before = structuredClone(message);
  fc.assert(fc.property(fc.integer(), (seed) => {
    const once = hostileMessage(message, new Prng(seed));
    assertEquals(hostileMessage(message, new Prng(seed)), once);
    mutatedValue(message, new Prng(seed));
    assertEquals(message, before);
  }));
});

Deno.test("mutatedBytes() makes many different ones", () => {
  const bytes = hostileEncode(message);
  const made = new Set(
    Array.from({ length: 500 }, (_, seed) => mutatedBytes(bytes, new Prng(seed)).join()),
  );
  assertGreater(made.size, 300);
});

Deno.test("the actions of a seed are the same whenever they are drawn", () => {
  const shown = (seed: number) =>
    lanes.flatMap((lane) =>
      Array.from({ length: 50 }, (_, number) => {
        const { name, steps } = actionOf(seed, lane, number);
        return [name, ...steps.map(({ what }) => what)];
      })
    );
  assertEquals(shown(7), shown(7));
  assertNotEquals(shown(7), shown(8));
});
