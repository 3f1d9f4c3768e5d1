import { WaitingSince } from "../../kvserver/messages/waiting_since.ts";
import { assertEquals } from "../deps.ts";

Deno.test("WaitingSince tells since when the first of a queue waits, as entries come and leave", () => {
  const waiting = new WaitingSince();
  assertEquals(waiting.oldestMs, Infinity);
  waiting.enqueued(2, 1_000);
  waiting.enqueued(5, 2_000);
  assertEquals(waiting.oldestMs, 1_000);
  // A key that is queued already adds nothing.
  waiting.enqueued(5, 3_000);
  waiting.left(1, 4);
  assertEquals(waiting.oldestMs, 1_000);
  waiting.left(1, 3);
  assertEquals(waiting.oldestMs, 2_000);
  waiting.left(3, 0);
  assertEquals(waiting.oldestMs, Infinity);
});

Deno.test("WaitingSince remembers how long entries waited that come behind others", () => {
  const waiting = new WaitingSince();
  waiting.enqueued(3, 9_000);
  waiting.enqueued(5, 1_000);
  assertEquals(waiting.oldestMs, 1_000);
  waiting.left(3, 2);
  assertEquals(waiting.oldestMs, 1_000);
  waiting.left(2, 0);
  assertEquals(waiting.oldestMs, Infinity);
});

Deno.test("WaitingSince keeps the age of what was passed over", () => {
  const waiting = new WaitingSince();
  waiting.enqueued(3, 1_000);
  // Three have left, and one came behind that had waited before.
  waiting.left(3, 1);
  assertEquals(waiting.oldestMs, 1_000);
});

Deno.test("WaitingSince never makes an entry younger, however many marks there are", () => {
  const waiting = new WaitingSince();
  const model: number[] = [];
  for (let i = 0; i < 5_000; i++) {
    model.push(100 * i);
    waiting.enqueued(model.length, 100 * i);
    if (i % 3 === 2) {
      model.shift();
      waiting.left(1, model.length);
    }
    assertEquals(waiting.oldestMs <= model[0], true, `${waiting.oldestMs} for ${model[0]}`);
  }
  waiting.left(model.length, 0);
  assertEquals(waiting.oldestMs, Infinity);
});
