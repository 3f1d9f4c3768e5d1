import type { ActorContext } from "../../actor/mod.ts";
import { SyncQuestions } from "../../kvserver/query/sync_questions.ts";
import { assert, assertEquals } from "../deps.ts";

/** Questions of an actor that is told nothing, because no answer comes. */
function newQuestions(): SyncQuestions {
  return new SyncQuestions({} as ActorContext);
}

Deno.test("SyncQuestions.take() has each question once, until it was taken", () => {
  const questions = newQuestions();
  const members = { type: "members" } as const;
  const forget = { type: "forget", address: "a:1" } as const;
  questions.ask(1, [{ msgid: 1, question: members }, { msgid: 2, question: forget }]);
  questions.ask(2, [{ msgid: 1, question: { ...members } }]);
  questions.ask(2, [{ msgid: 2, question: { ...forget, address: "b:1" } }]);
  assertEquals(questions.take(), [
    { id: 1, ...members },
    { id: 2, ...forget },
    { id: 3, ...forget, address: "b:1" },
  ]);
  assertEquals([questions.hasUnsent, questions.take()], [false, undefined]);
  questions.ask(1, [{ msgid: 3, question: members }]);
  assertEquals(questions.take(), [{ id: 4, ...members }]);
});

Deno.test("SyncQuestions.ask() reads a question as often, however many others wait", () => {
  const questions = newQuestions();
  let reads = 0;
  const count = 200;
  for (let i = 0; i < count; i++) {
    const question = {
      type: "forget" as const,
      get address(): string {
        reads++;
        return `a:${i}`;
      },
    };
    questions.ask(1, [{ msgid: i, question }]);
  }
  assert(reads <= 3 * count, `each was read ${reads / count} times`);
});
