import { ruleKeys } from "../../app/doors/rules/rule_keys.ts";
import { doorLimits } from "../../limits.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { MemoryStore } from "../game/stage.ts";
import { until } from "../support/until.ts";
import { house } from "./house.ts";
import { passwordOf } from "./newcomer.ts";

Deno.test("a newcomer chooses a password, and nobody sees it", async () => {
  await using it = house();
  const ada = await it.come();
  await ada.sees("Name: ");
  ada.type("Ada");
  await ada.sees("New password: ");
  assert(ada.isHidden);
  ada.type("short");
  await ada.sees("8 to 128 characters");
  await ada.sees("New password: ");
  ada.type(passwordOf("Ada"));
  await ada.sees("The same again: ");
  ada.type("another one");
  await ada.sees("two different ones");
  await ada.sees("New password: ");
  ada.type(passwordOf("Ada"));
  await ada.sees("The same again: ");
  ada.type(passwordOf("Ada"));
  await ada.sees("Welcome, Ada");
  assertEquals([ada.isHidden, ada.isIn, it.host.sessions], [false, true, 1]);
  assert(!ada.said.includes(passwordOf("Ada")));
  assert(![...it.store.entries].flat().some((text) => text.includes(passwordOf("Ada"))));
  ada.type("quit");
  await ada.sees("Goodbye, Ada");
  await until("it is over", async () => {
    await it.world.advance(100);
    return ada.isClosed;
  });
  assertEquals(it.host.sessions, 0);
});

Deno.test("who types quit goes, whatever is asked for at the door", async () => {
  await using it = house();
  const grace = await it.enter("Grace");
  grace.type("quit");
  await grace.sees("Goodbye, Grace");
  const ways = [
    [["Name: ", "quit"]],
    [["Name: ", "Ada"], ["New password: ", "QUIT"]],
    [["Name: ", "Ada"], ["New password: ", passwordOf("Ada")], ["The same again: ", "exit"]],
    [["Name: ", "Grace"], ["Password: ", " quit "]],
  ];
  for (const way of ways) {
    const guest = await it.come();
    for (const [asked, typed] of way) {
      await guest.sees(asked);
      guest.type(typed);
    }
    await until("it is over", async () => {
      await it.world.advance(100);
      return guest.isClosed;
    });
    assert(!guest.said.includes("That is not it"));
  }
  assertEquals(it.store.entries.has("owner/ada"), false);
});

Deno.test("a name is its owner's in whatever case, and a wrong password ends the third time", async () => {
  await using it = house();
  const ada = await it.enter("Ada");
  ada.type("quit");
  await ada.sees("Goodbye");
  const thief = await it.come();
  await thief.sees("Name: ");
  thief.type("aDA");
  for (let tries = 0; tries < doorLimits.loginTriesMax; tries++) {
    await thief.sees("Password: ");
    thief.type("I guess so");
    await thief.sees("That is not it.");
  }
  await until("it is ended", () => thief.isClosed);
  // From the same place some more may be tried, but not for ever.
  const again = await it.come();
  await again.sees("Name: ");
  again.type("ada");
  for (let left = doorLimits.wrongPasswordsMax - doorLimits.loginTriesMax; left > 0; left--) {
    await again.sees("Password: ");
    again.type("I guess so");
    await again.sees("That is not it.");
  }
  await again.sees("Too many wrong passwords. Try again in");
  await it.world.advance(doorLimits.wrongPasswordMs);
  await again.sees("Name: ");
  again.type("ADA");
  await again.sees("Password: ");
  again.type(passwordOf("Ada"));
  await again.sees("Welcome back, Ada");
});

Deno.test("a character that was played without a door is claimed at the first login", async () => {
  const store = new MemoryStore([["player/Grace", "yes"], ["place/Grace", "9"]]);
  await using it = house(store);
  const grace = await it.come();
  await grace.sees("Name: ");
  grace.type("grace");
  await grace.sees("a student called Grace whom nobody has claimed");
  await grace.sees("New password: ");
  grace.type(passwordOf("Grace"));
  await grace.sees("again: ");
  grace.type(passwordOf("Grace"));
  await grace.sees("Welcome back, Grace");
  grace.type("stats");
  await grace.sees("Gates 9th Floor");
});

Deno.test("a client that shows power is told what stats says, whatever the place adds", async () => {
  const bought = [["cpu", 20], ["cord", 1]].map(([kind, count], i): [string, string] => {
    const cost = kind === "cpu" ? 20 : 250;
    return [
      `deed/Ada/${String(i + 1).padStart(12, "0")}/Ada.000000000000000f`,
      JSON.stringify({ deed: "buy", kind, count, cost, seen: 1_000 }),
    ];
  });
  // 1,300 W are enough for 13 machines, and for one more on the roof.
  const entries: [string, string][] = [["player/Ada", "true"], ["place/Ada", "9"], ...bought];
  await using it = house(new MemoryStore(entries));
  const ada = await it.enter("Ada");
  ada.type("stats");
  await ada.sees("Computing power: 14\n");
  await ada.sees("> ");
  assertEquals((ada.told.get("Char.Vitals") as { power: number }).power, 14);
});

Deno.test("whose client does not say that it reads aloud says so, and hears no drawing", async () => {
  await using it = house();
  const ada = await it.enter("Ada");
  ada.type("map");
  await ada.sees("Gates 9 │");
  ada.type("aloud");
  await ada.sees("From now on lines are made to be read aloud");
  ada.type("map");
  await ada.sees("Gates 5th Floor: Ada (you)\n");
  await ada.sees("\n> ");
  // Whoever comes back with a client of the same sort does not say it again.
  const { secret } = ada.told.get("CMUD.Session") as { secret: string };
  ada.lose();
  const back = await it.come({ secret });
  await back.sees("\n> ");
  back.type("solve");
  await back.sees("solving> ");
  back.type("aloud");
  await back.sees("pictures, bars and colours again");
  await back.sees("100 of 100 steps left> ");
  back.type("aloud");
  await back.sees("solving> ");
  // A client that says what it shows is believed.
  const seen = await it.come({ secret, manner: "drawn" });
  await seen.sees("100 of 100 steps left> ");
});

Deno.test("whoever says nothing, or types nothing, is sent away", async () => {
  await using it = house();
  const silent = await it.come();
  await silent.sees("Name: ");
  const ada = await it.enter("Ada");
  await it.world.advance(doorLimits.loginMs);
  await silent.sees("Nobody says who is there.");
  await until("it is ended", () => silent.isClosed);
  await it.world.advance(doorLimits.idleMs);
  await ada.sees("You have typed nothing for a long time.");
  await until("it is ended", async () => {
    await it.world.advance(100);
    return ada.isClosed;
  });
  assertEquals(it.host.sessions, 0);
});

Deno.test("from one address come so many, and no more", async () => {
  await using it = house();
  const { connectionsPerAddressMax } = doorLimits;
  const crowd = await Promise.all(
    Array.from({ length: connectionsPerAddressMax }, () => it.come()),
  );
  const more = await it.come();
  assert(more.isClosed);
  assertStringIncludes(more.said, "too many of you");
  assert(!(await it.come({ host: "192.0.2.2" })).isClosed);
  crowd[0].lose();
  crowd[0].lose();
  assert(!(await it.come()).isClosed);
  assert((await it.come()).isClosed);
});

Deno.test("lines that come faster than anybody types wait, and their number is bounded", async () => {
  await using it = house();
  const ada = await it.enter("Ada");
  await ada.sees("> ");
  const many = doorLimits.typedLinesMax + 50;
  let isTaken = false;
  const taken = Promise.resolve(ada.press("brief\n".repeat(many))).then(() => isTaken = true);
  await it.world.advance(doorLimits.lineEveryMs);
  assert(!isTaken, "it is read on");
  await it.world.advance(doorLimits.lineEveryMs * (many + 10));
  await taken;
});

Deno.test("who is banned does not come in, or has to leave; who is muted is not heard; who is hidden is not seen", async () => {
  await using it = house();
  const lay = (key: string, holds: boolean, why = "") =>
    it.store.put(key, JSON.stringify({ holds, why, at: 1, by: "root" }));
  const [ada, bob] = [await it.enter("Ada"), await it.enter("Bob")];
  await ada.sees("Bob wakes up");
  await lay(ruleKeys.measure("mute", "BOB"), true);
  await it.world.advance(doorLimits.lookEveryMs);
  for (const speech of ["say Hello?", "emote waves", "tell Ada hi", "chat hi", "write Ada hi"]) {
    bob.type(speech);
    await bob.sees("nobody hears you");
  }
  await lay(ruleKeys.measure("mute", "Bob"), false);
  await lay(ruleKeys.measure("hide", "Bob"), true);
  await it.world.advance(doorLimits.lookEveryMs);
  bob.type("say I am here.");
  await bob.sees("You say");
  await it.world.advance(2_000);
  ada.type("who");
  await ada.sees("Ada (you)");
  ada.type("inv");
  await ada.sees("Coins: ");
  assert(!/I am here|Bob, Under/.test(ada.said));
  // What an ended session of his came to counts for problems, and does not show him.
  await it.store.put(
    "end/Bob.000000000000000f",
    JSON.stringify({ mined: 7, damage: [] }),
  );
  ada.type("leaderboard");
  await ada.sees("Nobody has mined a coin yet");
  bob.type("leaderboard");
  await bob.sees("Bob (you)  Undergraduate  7 coins mined");
  bob.type("who");
  await bob.sees("Bob (you)");
  await lay(ruleKeys.measure("ban", "Bob"), true, "you shout");
  await it.world.advance(doorLimits.lookEveryMs);
  await bob.sees("You may not stay: you shout.");
  await until("it is ended", async () => {
    await it.world.advance(100);
    return bob.isClosed;
  });
  const again = await it.come();
  await again.sees("Name: ");
  again.type("boB");
  await again.sees("You may not come in: you shout.");
});

Deno.test("what is said to all is heard once by all who are in", async () => {
  const store = new MemoryStore();
  const announce = (at: number, words: string) =>
    store.put(ruleKeys.announcement(at, "a"), JSON.stringify({ at, words }));
  await announce(1, "from before");
  await using it = house(store);
  const ada = await it.enter("Ada");
  await it.world.advance(doorLimits.lookEveryMs);
  await announce(2, "The world pauses \x1b[2J at noon.");
  await it.world.advance(doorLimits.lookEveryMs);
  await ada.sees("To all: The world pauses \\u{1b}[2J at noon.");
  await it.world.advance(3 * doorLimits.lookEveryMs);
  assertEquals(ada.said.split("To all").length, 2);
});

Deno.test("a host that closes says so to everybody, also to those who have not come in", async () => {
  const it = house();
  const ada = await it.enter("Ada");
  const unknown = await it.come();
  await unknown.sees("Name: ");
  await it[Symbol.asyncDispose]();
  assertStringIncludes(ada.said, "The door closes now.");
  assertStringIncludes(unknown.said, "The door closes now.");
  assert(ada.isClosed && unknown.isClosed);
  assertEquals(it.log.records, []);
});

Deno.test("a client that sends keys has its lines edited, and no key of a password shown", async () => {
  await using it = house();
  const ada = await it.come({ typing: "keys" });
  await ada.sees("Name: ");
  // All of it pasted at once, as a password manager does.
  ada.press(`Axa\x7f\x7fda\r${passwordOf("Ada")}\r${passwordOf("Ada")}\r`);
  await ada.sees("Welcome, Ada");
  assert(!ada.said.includes(passwordOf("Ada")));
  await ada.sees(">");
  ada.press("sta\t");
  await ada.sees("ats ");
  ada.press("\r");
  await ada.sees("Rank: Undergraduate");
});
