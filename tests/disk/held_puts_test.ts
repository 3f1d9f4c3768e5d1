import { HeldPuts } from "../../kvserver/disk/held_puts.ts";
import { assertEquals, fc } from "../deps.ts";

const [a, b, c] = [1, 2, 3].map((i) => ({ inbox: i, msgids: [10 * i, 10 * i + 1] }));

Deno.test("HeldPuts releases what went with messages up to one, and not before it went", () => {
  const held = new HeldPuts();
  held.hold(a);
  assertEquals(held.release(1), []);
  held.sentWith(1);
  held.hold(b);
  assertEquals(held.release(0), []);
  assertEquals(held.size, 4);
  assertEquals(held.release(1), [a]);
  assertEquals(held.release(1), []);
  held.sentWith(2);
  assertEquals(held.release(2), [b]);
  assertEquals(held.size, 0);
});

Deno.test("HeldPuts.releaseAll() releases what went and what did not", () => {
  const held = new HeldPuts();
  held.hold(a);
  held.sentWith(1);
  held.hold(b);
  assertEquals(held.releaseAll(), [a, b]);
  assertEquals([held.release(1), held.size], [[], 0]);
  held.hold(c);
  held.sentWith(2);
  assertEquals(held.release(2), [c]);
});

Deno.test("HeldPuts releases each once and in order, whatever comes when", () => {
  const step = fc.constantFrom("hold", "send", "release");
  fc.assert(fc.property(fc.array(step), (steps) => {
    const held = new HeldPuts();
    /** The message that each went with, by msgid. */
    const sentWith: (number | undefined)[] = [];
    const released: number[] = [];
    let sent = 0;
    let onDisk = 0;
    for (const step of steps) {
      if (step === "hold") held.hold({ inbox: 7, msgids: [sentWith.push(undefined) - 1] });
      else if (step === "send") {
        sent++;
        for (let i = 0; i < sentWith.length; i++) sentWith[i] ??= sent;
        held.sentWith(sent);
      } else if (onDisk < sent) {
        onDisk++;
        released.push(...held.release(onDisk).flatMap(({ msgids }) => msgids));
        const may = sentWith.flatMap((message, msgid) =>
          message !== undefined && message <= onDisk ? [msgid] : []
        );
        assertEquals(released, may);
      }
    }
    assertEquals(held.size, sentWith.length - released.length);
  }));
});
