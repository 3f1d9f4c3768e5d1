import { PendingAcks, type PutRequests } from "../../kvserver/query/pending_acks.ts";
import { assertEquals, fc } from "../deps.ts";

const [a, b, c] = [1, 2, 3].map((i) => ({
  inbox: i,
  msgids: [10 * i, 10 * i + 1],
  results: [null, true],
}));

Deno.test("PendingAcks.release() removes the Puts of commits up to one, and none before its commit", () => {
  const acks = new PendingAcks();
  acks.add(a);
  assertEquals(acks.release(1), []);
  acks.assignTo(1);
  acks.add(b);
  assertEquals(acks.release(0), []);
  assertEquals(acks.size, 4);
  assertEquals(acks.release(1), [a]);
  assertEquals(acks.release(1), []);
  acks.assignTo(2);
  assertEquals(acks.release(2), [b]);
  assertEquals(acks.size, 0);
});

Deno.test("PendingAcks.releaseAll() removes the Puts of all commits and of none", () => {
  const acks = new PendingAcks();
  acks.add(a);
  acks.assignTo(1);
  acks.add(b);
  assertEquals(acks.releaseAll(), [a, b]);
  assertEquals([acks.release(1), acks.size], [[], 0]);
  acks.add(c);
  acks.assignTo(2);
  assertEquals(acks.release(2), [c]);
});

Deno.test("PendingAcks releases each once and in order, whatever comes when", () => {
  const step = fc.constantFrom("add", "commit", "release");
  fc.assert(fc.property(fc.array(step), (steps) => {
    const acks = new PendingAcks();
    /** The commit that each Put belongs to, by msgid. */
    const commits: (number | undefined)[] = [];
    const released: number[] = [];
    let committed = 0;
    let onDisk = 0;
    for (const step of steps) {
      if (step === "add") {
        acks.add({ inbox: 7, msgids: [commits.push(undefined) - 1], results: [null] });
      } else if (step === "commit") {
        committed++;
        for (let i = 0; i < commits.length; i++) commits[i] ??= committed;
        acks.assignTo(committed);
      } else if (onDisk < committed) {
        onDisk++;
        released.push(...acks.release(onDisk).flatMap(msgidsOf));
        const may = commits.flatMap((commit, msgid) =>
          commit !== undefined && commit <= onDisk ? [msgid] : []
        );
        assertEquals(released, may);
      }
    }
    assertEquals(acks.size, commits.length - released.length);
  }));
});

/** Those of Puts that came in frames. */
function msgidsOf(puts: PutRequests): readonly number[] {
  return "msgids" in puts ? puts.msgids : [];
}
