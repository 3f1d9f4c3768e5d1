import { Mailbox } from "../../actor/mailbox.ts";
import { assertEquals, assertLess, fc } from "../deps.ts";

Deno.test("pop() gives items in the order of their pushes", async () => {
  const mailbox = new Mailbox<number>();
  for (let i = 0; i < 1000; i++) mailbox.push(i);
  assertEquals(mailbox.size, 1000);
  for (let i = 0; i < 1000; i++) assertEquals(await mailbox.pop(), i);
  assertEquals(mailbox.size, 0);
});

Deno.test("pop() waits when nothing is there", async () => {
  const mailbox = new Mailbox<string>();
  const popped = mailbox.pop();
  mailbox.push("late");
  assertEquals(await popped, "late");
  assertEquals(mailbox.size, 0);
});

Deno.test("pop() serves waiting readers in turn when items come", async () => {
  const mailbox = new Mailbox<number>();
  const readers = [mailbox.pop(), mailbox.pop(), mailbox.pop()];
  for (let i = 1; i <= 4; i++) mailbox.push(i);
  assertEquals(await Promise.all(readers), [1, 2, 3]);
  assertEquals(mailbox.take(), 4);
});

Deno.test("take() returns undefined when nothing is there", () => {
  const mailbox = new Mailbox<number>();
  assertEquals(mailbox.take(), undefined);
  mailbox.push(1);
  assertEquals(mailbox.take(), 1);
  assertEquals(mailbox.take(), undefined);
});

Deno.test("close() ends every waiting and future pop with undefined", async () => {
  const mailbox = new Mailbox<number>();
  const readers = [mailbox.pop(), mailbox.pop()];
  mailbox.close();
  mailbox.close();
  assertEquals(await Promise.all(readers), [undefined, undefined]);
  assertEquals(await mailbox.pop(), undefined);
});

Deno.test("close() drops what waits and what is pushed later", async () => {
  const mailbox = new Mailbox<number>();
  mailbox.push(1);
  mailbox.close();
  mailbox.push(2);
  assertEquals([mailbox.size, mailbox.take(), await mailbox.pop()], [0, undefined, undefined]);
});

type Op = "push" | "take" | "pop" | "close";

/** The plainest mailbox: arrays, and a log of what its readers got. */
class ModelMailbox {
  items: number[] = [];
  readers: number[] = [];
  closed = false;
  got = new Map<number, number | undefined>();

  apply(op: Op, id: number): number | undefined {
    if (op === "push" && !this.closed) {
      if (this.readers.length > 0) this.got.set(this.readers.shift()!, id);
      else this.items.push(id);
    }
    if (op === "take") return this.items.shift();
    if (op === "pop") {
      if (this.items.length > 0 || this.closed) this.got.set(id, this.items.shift());
      else this.readers.push(id);
    }
    if (op === "close") {
      this.closed = true;
      this.items = [];
      for (const reader of this.readers.splice(0)) this.got.set(reader, undefined);
    }
  }
}

Deno.test("a mailbox does what an array does when used at random", async () => {
  // Bursts make the ring grow and wrap around; a close is rare, because nothing follows it.
  const burst = fc.tuple(
    fc.oneof(
      { weight: 40, arbitrary: fc.constantFrom<Op>("push", "push", "take", "pop") },
      { weight: 1, arbitrary: fc.constant<Op>("close") },
    ),
    fc.integer({ min: 1, max: 300 }),
  );
  await fc.assert(fc.asyncProperty(fc.array(burst, { maxLength: 60 }), async (bursts) => {
    const mailbox = new Mailbox<number>();
    const model = new ModelMailbox();
    const got: ModelMailbox["got"] = new Map();
    const readers: Promise<unknown>[] = [];
    let id = 0;
    for (const [op, times] of bursts) {
      for (let i = 0; i < times; i++) {
        const reader = ++id;
        let taken: number | undefined;
        if (op === "push") mailbox.push(id);
        else if (op === "take") taken = mailbox.take();
        else if (op === "pop") readers.push(mailbox.pop().then((item) => got.set(reader, item)));
        else mailbox.close();
        assertEquals(taken, model.apply(op, id));
        assertEquals(mailbox.size, model.items.length);
      }
    }
    mailbox.close();
    model.apply("close", 0);
    await Promise.all(readers);
    assertEquals(got, model.got);
  }));
});

/** So much slower may an item be among a hundred times as many. Linear work would be 100 times. */
const slowdownMax = 20;

Deno.test("push() and pop() take no longer when 1,000,000 messages wait", async () => {
  assertLess(await slowdown(pushAllThenPopAll, 1_000_000), slowdownMax);
});

Deno.test("push() and pop() take no longer when 1,000,000 readers wait", async () => {
  assertLess(await slowdown(popAllThenPushAll, 1_000_000), slowdownMax);
});

/** How many times longer an item takes among `count` than among a hundredth of that. */
async function slowdown(work: (count: number) => Promise<void>, count: number): Promise<number> {
  const msPerItem = async (count: number) => {
    const startMs = performance.now();
    await work(count);
    return (performance.now() - startMs) / count;
  };
  await msPerItem(count / 100);
  // The best of some runs is the one that nothing else on the machine disturbed.
  const fewMs = Math.min(await msPerItem(count / 100), await msPerItem(count / 100));
  let ratio = await msPerItem(count) / fewMs;
  for (let run = 1; run < 3 && ratio >= slowdownMax; run++) {
    ratio = Math.min(ratio, await msPerItem(count) / fewMs);
  }
  return ratio;
}

async function pushAllThenPopAll(count: number): Promise<void> {
  const mailbox = new Mailbox<number>();
  for (let i = 0; i < count; i++) mailbox.push(i);
  for (let i = 0; i < count; i++) await mailbox.pop();
}

async function popAllThenPushAll(count: number): Promise<void> {
  const mailbox = new Mailbox<number>();
  let last: Promise<unknown> | undefined;
  for (let i = 0; i < count; i++) last = mailbox.pop();
  for (let i = 0; i < count; i++) mailbox.push(i);
  await last;
}
