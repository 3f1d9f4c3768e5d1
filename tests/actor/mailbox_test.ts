import { Mailbox } from "../../actor/mailbox.ts";
import { assertEquals, assertLess, fc } from "../deps.ts";
import { cpuMs } from "../support/cpu_clock.ts";

Deno.test("take() gives items in the order of their pushes", () => {
  const mailbox = new Mailbox<number>();
  for (let i = 0; i < 1000; i++) mailbox.push(i);
  for (let i = 0; i < 1000; i++) assertEquals(mailbox.take(), i);
  assertEquals(mailbox.take(), undefined);
});

Deno.test("take() returns undefined when nothing is there", () => {
  const mailbox = new Mailbox<number>();
  assertEquals(mailbox.take(), undefined);
  mailbox.push(1);
  assertEquals(mailbox.take(), 1);
  assertEquals(mailbox.take(), undefined);
});

Deno.test("close() drops what waits and what is pushed later", () => {
  const mailbox = new Mailbox<number>();
  mailbox.push(1);
  mailbox.close();
  mailbox.push(2);
  mailbox.close();
  assertEquals(mailbox.take(), undefined);
});

type Op = "push" | "take" | "close";

/** The plainest mailbox. */
class ModelMailbox {
  items: number[] = [];
  closed = false;

  apply(op: Op, id: number): number | undefined {
    if (op === "push" && !this.closed) this.items.push(id);
    if (op === "take") return this.items.shift();
    if (op === "close") {
      this.closed = true;
      this.items = [];
    }
  }
}

Deno.test("a mailbox does what an array does when used at random", () => {
  // Bursts make the ring grow and wrap around; a close is rare, because nothing follows it.
  const burst = fc.tuple(
    fc.oneof(
      { weight: 40, arbitrary: fc.constantFrom<Op>("push", "push", "take") },
      { weight: 1, arbitrary: fc.constant<Op>("close") },
    ),
    fc.integer({ min: 1, max: 300 }),
  );
  fc.assert(fc.property(fc.array(burst, { maxLength: 60 }), (bursts) => {
    const mailbox = new Mailbox<number>();
    const model = new ModelMailbox();
    let id = 0;
    for (const [op, times] of bursts) {
      for (let i = 0; i < times; i++) {
        let taken: number | undefined;
        id++;
        if (op === "push") mailbox.push(id);
        else if (op === "take") taken = mailbox.take();
        else mailbox.close();
        assertEquals(taken, model.apply(op, id));
      }
    }
    for (const item of model.items) assertEquals(mailbox.take(), item);
    assertEquals(mailbox.take(), undefined);
  }));
});

/** So much slower may an item be among a hundred times as many. Linear work would be 100 times. */
const slowdownMax = 20;

Deno.test("push() and take() take no longer when 1,000,000 messages wait", () => {
  assertLess(slowdown(pushAllThenTakeAll, 1_000_000), slowdownMax);
});

/** How many times longer an item takes among `count` than among a hundredth of that. */
function slowdown(work: (count: number) => void, count: number): number {
  const msPerItem = (count: number) => {
    const startMs = cpuMs();
    work(count);
    return (cpuMs() - startMs) / count;
  };
  msPerItem(count / 100);
  // The best of some runs is the one that the garbage collector disturbed least.
  const fewMs = Math.min(msPerItem(count / 100), msPerItem(count / 100));
  let ratio = msPerItem(count) / fewMs;
  for (let run = 1; run < 3 && ratio >= slowdownMax; run++) {
    ratio = Math.min(ratio, msPerItem(count) / fewMs);
  }
  return ratio;
}

function pushAllThenTakeAll(count: number): void {
  const mailbox = new Mailbox<number>();
  for (let i = 0; i < count; i++) mailbox.push(i);
  for (let i = 0; i < count; i++) mailbox.take();
}
