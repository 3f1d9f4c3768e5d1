import { NumberQueue } from "../../kvserver/memory/number_queue.ts";
import { assertEquals, fc } from "../deps.ts";

Deno.test("a number queue does what an array does when used at random", () => {
  const burst = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 100 }));
  fc.assert(fc.property(fc.array(burst, { maxLength: 40 }), (bursts) => {
    const queue = new NumberQueue();
    const model: number[] = [];
    let next = 0;
    for (const [isPush, times] of bursts) {
      for (let i = 0; i < times; i++) {
        if (isPush) {
          queue.push(next);
          model.push(next++);
        } else if (model.length > 0) {
          queue.shift();
          model.shift();
        }
        assertEquals(queue.first, model[0]);
      }
      assertEquals([...queue], model);
    }
  }));
});
