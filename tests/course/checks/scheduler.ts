import { assert, assertEquals } from "../../deps.ts";

/** What chapter 1 asks for. */
interface Answer {
  Scheduler: new (quantum: number) => { schedule(actor: CourseActor): void; run(): void };
}

interface CourseActor {
  readonly mailbox: unknown[];
  handle(message: unknown): void;
}

/** @throws {Error} that says what is wrong with an answer. */
export function checkScheduler({ Scheduler }: Answer): void {
  const quantum = 4;
  const handled: string[] = [];
  const scheduler = new Scheduler(quantum);
  const actor = (name: string, react: (message: unknown) => void = () => {}): CourseActor => ({
    mailbox: [],
    handle(message) {
      handled.push(`${name}${message}`);
      react(message);
    },
  });
  const tell = (to: CourseActor, message: unknown) => {
    to.mailbox.push(message);
    scheduler.schedule(to);
  };

  // One that tells itself more than anybody can wait for, and one that is told something once.
  const storm = actor("s", (message) => Number(message) < 100 && tell(storm, Number(message) + 1));
  const quiet = actor("q");
  tell(storm, 1);
  tell(quiet, 1);
  scheduler.run();
  assertEquals(handled.filter((it) => it === "q1").length, 1, "each message is handled once");
  const place = handled.indexOf("q1");
  assert(
    place <= quantum,
    `q waited for ${place} messages of another actor, allowed are ${quantum}`,
  );
  const own = handled.filter((it) => it.startsWith("s"));
  assertEquals(own, Array.from({ length: 100 }, (_, i) => `s${i + 1}`), "all, and in order");

  // Scheduled twice with two messages: not handled twice, and none is forgotten.
  handled.length = 0;
  const many = Array.from({ length: 10 }, (_, i) => actor(`m${i}:`));
  for (const [i, it] of many.entries()) for (let n = 0; n <= i; n++) tell(it, n);
  scheduler.run();
  assertEquals(handled.length, 55, "so many messages were told");
  assertEquals(new Set(handled).size, 55, "each is handled once");

  // One that throws.
  handled.length = 0;
  const broken = actor("b", () => {
    throw new Error("broken");
  });
  const after = actor("a");
  for (let n = 0; n < 6; n++) tell(broken, n);
  tell(after, 1);
  try {
    scheduler.run();
  } catch {
    throw new Error("what an actor throws must not end the scheduler");
  }
  assert(handled.includes("a1"), "others go on when an actor throws");
  assertEquals(handled.filter((it) => it.startsWith("b")).length, 6, "and so does it itself");
}
