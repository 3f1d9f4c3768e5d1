import { HeldPuts } from "../../kvserver/disk/held_puts.ts";
import { assertEquals, fc } from "../deps.ts";

Deno.test("HeldPuts releases what went with messages up to one, and not before it went", () => {
  const held = new HeldPuts();
  held.hold(1, 10);
  assertEquals(held.release(1), []);
  held.sentWith(1);
  held.hold(1, 11);
  assertEquals(held.release(0), []);
  assertEquals(held.release(1), [{ inbox: 1, msgids: [10] }]);
  assertEquals(held.release(1), []);
  held.sentWith(2);
  assertEquals(held.release(2), [{ inbox: 1, msgids: [11] }]);
  assertEquals(held.size, 0);
});

Deno.test("HeldPuts keeps together what follows one another on a connection", () => {
  const held = new HeldPuts();
  for (const [inbox, msgid] of [[1, 1], [1, 2], [2, 1], [1, 3]]) held.hold(inbox, msgid);
  held.sentWith(1);
  assertEquals(held.release(1), [
    { inbox: 1, msgids: [1, 2] },
    { inbox: 2, msgids: [1] },
    { inbox: 1, msgids: [3] },
  ]);
});

Deno.test("HeldPuts.releaseAll() releases what went and what did not", () => {
  const held = new HeldPuts();
  held.hold(1, 1);
  held.sentWith(1);
  held.hold(1, 2);
  assertEquals(held.releaseAll(), [{ inbox: 1, msgids: [1, 2] }]);
  assertEquals(held.release(1), []);
  held.hold(1, 3);
  held.sentWith(2);
  assertEquals(held.release(2), [{ inbox: 1, msgids: [3] }]);
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
      if (step === "hold") held.hold(7, sentWith.push(undefined) - 1);
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
