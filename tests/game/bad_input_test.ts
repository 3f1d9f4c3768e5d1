/** Whatever is typed, and whatever stands in the store: a helpful sentence, and nothing changes. */

import { battleCommands, fieldCommands, parseCount } from "../../app/game/talk/commands.ts";
import { kinds, places, ranks } from "../../app/game/world/world.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertStringIncludes,
  fc,
} from "../deps.ts";
import { lasting, loadedDice, MemoryStore, napkinRead, play } from "./stage.ts";
import { suggest } from "../../app/cli/suggest.ts";

/** Ada, with 8 coins and 5 CPUs, on the bridge; and Bob. */
function world(): MemoryStore {
  return new MemoryStore([
    ["player/Ada", "true"],
    ["player/Bob", "true"],
    ["place/Ada", "bridge"],
    ["place/Bob", "fence"],
    ["mined/Ada/Ada.0000000000000001", "12"],
    [
      "deed/Ada/000000000001/Ada.0000000000000001",
      '{"deed":"buy","kind":"cpu","count":4,"cost":4,"seen":12}',
    ],
  ]);
}

const badLines: [line: string, answer: string | RegExp][] = [
  ["mien", "means nothing here. Did you mean mine? Type help"],
  ["sovle", "Did you mean solve?"],
  ["s", "There is no way south. Ways from here: east to The Fence, west to Gates 5th Floor.\n"],
  ["go up", "There is no way up. Ways from here: east to The Fence, west to Gates"],
  ["m", '"m" could be map, move or mine. Type a little more of it.\n'],
  ["S", "There is no way south."],
  ["sT ", "Coins: 8\n"],
  ["h m", '"m" could be map, move or mine.'],
  ["h l", "look: what there is to see where you are"],
  ["'", "Say what?"],
  [":  ", "Do what?"],
  ["stop", "Did you mean quit?"],
  ["qiut", "Did you mean quit?"],
  ["hello", "Did you mean say?"],
  ["__PROTO__", '"__PROTO__" means nothing here. Type help'],
  ["xyzzy", '"xyzzy" means nothing here. Type help'],
  ["__proto__", "means nothing here"],
  ["constructor", "means nothing here"],
  ["toString", "means nothing here"],
  ["\x1b[31mred", '"\\u{1b}[31mred" means nothing here'],
  ["x".repeat(200), `"${"x".repeat(40)}..." means nothing here`],
  ["x".repeat(2_000), "fewer words"],
  ["resign", "nothing to resign from"],
  ["move", "You can go to:\n  fence   The Fence"],
  ["move nowhere", /no "nowhere" on this campus\.\nYou can go to:/],
  ["move fense", "Did you mean fence?"],
  ["move 10", 'no "10" on this campus'],
  ["move __proto__", 'no "__proto__" on this campus'],
  ["move bridge", "at Randy Pausch Bridge already"],
  ["mine 1 000", 'cannot mine "1 000" times.\nGive a whole number from 1 to 10,000'],
  ["mine -1", 'cannot mine "-1" times.\nGive a whole number from 1 to 10,000'],
  ["mine 0", "from 1 to 10,000"],
  ["mine 1e9", "from 1 to 10,000"],
  ["mine 10001", "from 1 to 10,000"],
  ["mine abc", "from 1 to 10,000"],
  ["mine 1.5", "from 1 to 10,000"],
  ["mine 99999999999999999999", "from 1 to 10,000"],
  ["mine \u202e3", '"\\u{202e}3"'],
  ["buy", "shop lists what there is"],
  ["buy abacus", 'never heard of "abacus". Type shop'],
  ["buy cpus", "Did you mean cpu?"],
  ["buy dark", "Did you mean dark_matter?"],
  ["buy __proto__", 'never heard of "__proto__"'],
  ["buy gpu", "Nvidia GPUs are sold from the rank of Masters on.\nThey look"],
  ["buy cpu 1 000", 'cannot buy "1 000" of anything.\nGive a whole number'],
  ["buy cpu -1", 'cannot buy "-1" of anything.\nGive a whole number'],
  ["buy cpu 0", "Give a whole number from 1 to"],
  ["buy cpu 1e9", "Give a whole number from 1 to"],
  ["buy cpu 99999999999999999999", "Give a whole number from 1 to"],
  ["buy cpu lots", "from 1 to 1,000,000,000,000"],
  ["buy cpu 1000000000001", "from 1 to 1,000,000,000,000"],
  ["buy desk", "The desk beside yours is sold from the rank of Masters on.\nThey look"],
  ["buy 9 cpu", "9 Xeon CPUs cost 9 coins, and you have 8."],
  ["buy 9", 'never heard of "9"'],
  ["buy cpu 9", "9 Xeon CPUs cost 9 coins, and you have 8."],
];

for (const [line, answer] of badLines) {
  const shown = JSON.stringify(line.slice(0, 40));
  Deno.test(`typing ${shown} is answered kindly and changes nothing`, async () => {
    const silent = await play(["Ada", ""], { store: world() });
    const { code, said, store } = await play(["Ada", line], { store: world(), dice: loadedDice() });
    assertEquals(code, 0);
    assertEquals(lasting(store), lasting(world()));
    assert(said.startsWith(silent.said));
    const answered = said.slice(silent.said.length);
    if (typeof answer === "string") assertStringIncludes(answered, answer);
    else assertMatch(answered, answer);
    // deno-lint-ignore no-control-regex -- none must get through
    assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/.test(said));
  });
}

Deno.test("a battle knows its own commands, and says so of the others", async () => {
  const { said } = await play([
    "Ada",
    "solve",
    "mine",
    "n",
    "s",
    "slove",
    "xyzzy",
    "resing",
    "stop",
    "resign",
  ], {
    store: world(),
    dice: loadedDice(),
  });
  assertStringIncludes(said, "mine has to wait");
  assertStringIncludes(said, "move has to wait");
  assertStringIncludes(said, '"s" could be solve, shop, say, stats or sign.');
  assertStringIncludes(said, "Did you mean resign?");
  assertStringIncludes(said, "Did you mean solve?");
  assertStringIncludes(said, "Did you mean resign?");
  assertStringIncludes(said, '"xyzzy" means nothing here. Type help');
  assertStringIncludes(said, "You put it aside");
});

Deno.test("a name that is none is refused, and asked for again", async () => {
  // The last letter of the one with a diaeresis is Cyrillic.
  const bad = ["Ada Lovelace", "", "   ", "Ada/Bob", "x".repeat(25), "naïvе", "\x1b[2J", "a.b"];
  const { said, store, code } = await play(bad);
  assertEquals(code, 0);
  assertEquals(store.entries.size, 0);
  assertStringIncludes(said, '"Ada Lovelace" will not fit on the student card');
  assertStringIncludes(said, '"\\u{1b}[2J" will not fit');
  assertEquals(said.split("A name is one word").length - 1, 6);
  assert(!said.includes("\x1b"));
});

Deno.test("at the question for a name, help explains it, and quit leaves", async () => {
  const { said, store, code } = await play(["help", "?", "Quit", "mine"]);
  assertEquals([code, store.entries.size], [0, 0]);
  assertEquals(said.split("\nA name is one word of letters").length - 1, 2);
  assertEquals(said.split("What is your name?").length - 1, 3);
  assertStringIncludes((await play(["stats"], { name: "help" })).said, "Name: help\n");
});

Deno.test("a given name is taken as typed, and asked for when it is none", async () => {
  assertStringIncludes((await play([], { name: "Ada" })).said, "Welcome, Ada.");
  const { said } = await play(["Ada"], { name: "Ada Lovelace" });
  assertStringIncludes(said, '"Ada Lovelace" will not fit');
  assertStringIncludes(said, "Welcome, Ada.");
});

for (const name of [...ranks, "__proto__", "constructor", "-", "_", "0", "a".repeat(24)]) {
  Deno.test(`${name} is a name like any other`, async () => {
    const script = [name, "mine 20", "buy cpu 2", "stats", "map", "move fence", "solve", "solve"];
    const { said, store } = await play(script);
    assertStringIncludes(said, `Name: ${name}\nRank: Undergraduate`);
    assertStringIncludes(said, `Gates 5th Floor: ${name} (you)`);
    const again = await play([name, "map"], { store });
    assertStringIncludes(again.said, `Welcome back, ${name} (Undergraduate)`);
    assertStringIncludes(again.said, `The Fence: ${name} (you)`);
  });
}

Deno.test("the name of another player continues that character", async () => {
  const { said, store } = await play(["Ada", "inv", "quit"], { store: world() });
  assertStringIncludes(said, "Welcome back, Ada");
  assertStringIncludes(said, "Coins: 8\nXeon CPUs: 5\n");
  assertEquals(lasting(store), lasting(world()));
});

/** Keys of the game with values, or names, that make no sense. */
const garbage: [key: string, value: string][] = [
  ["mined/Ada/Ada.0000000000000002", "-5"],
  ["mined/Ada/Ada.0000000000000003", "lots"],
  ["mined/Ada/Ada.0000000000000004", "1e300"],
  ["mined/Ada/Bob.0000000000000004", "500"],
  ["mined/Ada/no session", "500"],
  ["mined/Ada/Ada.0000000000000005/more", "500"],
  ["deed/Ada/000000000002/Ada.0000000000000002", "{"],
  ["deed/Ada/000000000003/Ada.0000000000000002", "null"],
  ["deed/Ada/000000000004/Ada.0000000000000002", '{"deed":"broke","kind":"__proto__"}'],
  [
    "deed/Ada/000000000005/Ada.0000000000000002",
    '{"deed":"buy","kind":"cpu","count":500,"cost":1,"seen":12}',
  ],
  [
    "deed/Ada/00000000000x/Ada.0000000000000002",
    '{"deed":"buy","kind":"cpu","count":1,"cost":1,"seen":12}',
  ],
  ["rank/Ada/Emperor", "true"],
  ["rank/Ada/Professor", "\x1b[31m"],
  ["end/Ada.0000000000000002", "{}"],
  ["end/Ada.0000000000000003", '{"mined":1e99,"damage":[]}'],
  ["end/Ada.0000000000000004", '{"mined":5,"damage":[{"rank":"PhD","round":1}]}'],
];

Deno.test("records of a player that make no sense are skipped and counted", async () => {
  const store = world();
  for (const [key, value] of garbage) store.entries.set(key, value);
  const { said } = await play(["Ada", "inv", "stats"], { store });
  assertStringIncludes(said, "Coins: 8\nXeon CPUs: 5\n");
  assertStringIncludes(said, "Rank: Undergraduate");
  assertStringIncludes(said, `(${garbage.length} records in the store made no sense`);
});

Deno.test("places that make no sense are skipped and counted, and nothing of them is shown", async () => {
  const store = world();
  store.entries.set("place/Ada", "\x1b[31mhell");
  store.entries.set("place/Bob", "__proto__");
  store.entries.set("place/\u202eevE", "fence");
  store.entries.set("place/Eve/more", "fence");
  const { said } = await play(["Ada", "map", "stats"], { store });
  assertStringIncludes(said, "Nobody is anywhere else.");
  assertStringIncludes(said, "Gates 5th Floor: Ada (you)\n");
  assertStringIncludes(said, "(4 records in the store made no sense and were skipped.)");
  assertStringIncludes(said, "(1 record in the store made no sense and was skipped.)");
  assert(!said.includes("\x1b") && !said.includes("\u202e"));
});

Deno.test("damage that makes no sense takes nothing off a problem", async () => {
  const store = world();
  const at = "damage/Undergraduate";
  store.entries.set(`${at}/1/Bob.0000000000000001`, '{"total":40,"n":1,"at":0}');
  store.entries.set(`${at}/1/Bob.0000000000000002`, '{"total":-40,"n":1,"at":0}');
  store.entries.set(`${at}/1/Bob.0000000000000003`, '{"total":"all","n":1,"at":0}');
  store.entries.set(`${at}/x/Bob.0000000000000004`, '{"total":40,"n":1,"at":0}');
  store.entries.set(`${at}/0/Bob.0000000000000005`, '{"total":40,"n":1,"at":0}');
  store.entries.set(`${at}/1/nobody`, '{"total":40,"n":1,"at":0}');
  store.entries.set("risen/Undergraduate/__proto__/Bob", "true");
  const { said } = await play(["Ada", "solve"], { store });
  assertStringIncludes(said, "Steps left: 60 of 100");
  assertStringIncludes(said, "(6 records in the store made no sense and were skipped.)");
});

/** Well-formed or nearly so, and in rounds that nobody can have reached. */
const strayRounds: [key: string, value: string][] = [
  ["damage/Undergraduate/500/Bob.0000000000000002", '{"total":40,"n":1,"at":0}'],
  ["damage/Undergraduate/500/Bob.0000000000000002", '{"total":100,"n":1,"at":0}'],
  ["damage/Undergraduate/999999999/Bob.0000000000000002", '{"total":100,"n":1,"at":0}'],
  ["damage/Undergraduate/999999999999/Bob.0000000000000002", '{"total":100,"n":1,"at":0}'],
  ["damage/Undergraduate/9999999999999/Bob.0000000000000002", '{"total":100,"n":1,"at":0}'],
  ["risen/Undergraduate/999999999999/Bob", "true"],
  ...[500, 999_999_999, 999_999_999_999, 1e300].map((round): [string, string] => [
    "end/Bob.0000000000000002",
    `{"mined":0,"damage":[{"rank":"Undergraduate","round":${round},"hits":` +
    '{"total":100,"n":1,"at":0}}]}',
  ]),
];

for (const [key, value] of strayRounds) {
  Deno.test(`${key} = ${value.slice(0, 60)} is skipped and counted, and play goes on`, async () => {
    const store = world();
    store.entries.set(...napkinRead("Ada"));
    store.entries.set("damage/Undergraduate/1/Bob.0000000000000001", '{"total":90,"n":1,"at":0}');
    store.entries.set(key, value);
    const { said } = await play(["Ada", "solve", "solve", "solve", "stats"], {
      store,
      dice: loadedDice(4, 4),
    });
    assertStringIncludes(said, "Steps left: 10 of 100");
    assertStringIncludes(said, "(1 record in the store made no sense and was skipped.)");
    assertStringIncludes(said, "Your machines take 5 steps. 0 to go.");
    assertStringIncludes(said, "Rank: Masters");
    assert(!said.includes("logs"));
    const eve = await play(["Eve", "solve", "solve"], { store, dice: loadedDice(4) });
    assertStringIncludes(eve.said, "Steps left: 100 of 100");
    assertStringIncludes(eve.said, "Your machines take 1 step. 99 to go.");
  });
}

Deno.test("any text under the game's keys and any line typed is lived with", async () => {
  const key = fc.oneof(
    fc.constantFrom(...garbage.map(([key]) => key), ...world().entries.keys()),
    fc.tuple(
      fc.constantFrom(
        ...["mined/Ada/", "deed/Ada/", "rank/Ada/", "place/", "end/Ada.", "damage/PhD/"],
        // The clock on stage says 1,000,000.
        ...["scene/50/bridge/", "letter/50/Ada/", "here/3/"],
      ),
      fc.string(),
    ).map((parts) => parts.join("")),
  );
  const value = fc.oneof(fc.string(), fc.json(), fc.integer().map(String));
  const words = fc.array(
    fc.oneof(fc.constantFrom(...fieldCommands, ...battleCommands, ...kinds, "5"), fc.string()),
    { maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(key, value), { maxLength: 5 }),
      fc.array(words.map((words) => words.join(" ")), { maxLength: 8 }),
      async (entries, lines) => {
        const store = world();
        for (const [key, value] of entries) store.entries.set(key, value);
        const { code, said } = await play(["Ada", ...lines], { store });
        assertEquals(code, 0);
        assert(!said.includes("\x1b"));
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("the end of input at any prompt is a quiet end", async () => {
  const script = ["Ada", "mine", "solve", "solve", "resign"];
  for (let length = 0; length <= script.length; length++) {
    const { code, said } = await play(script.slice(0, length));
    assertEquals(code, 0);
    assert(!said.includes("Goodbye"));
  }
});

Deno.test("suggest() finds most slips of one letter, and no meaning in nonsense", () => {
  const letters = "abcdefghijklmnopqrstuvwxyz";
  let found = 0;
  let slips = 0;
  for (const command of fieldCommands) {
    for (let at = 0; at < command.length; at++) {
      const [before, after] = [command.slice(0, at), command.slice(at)];
      const swapped = before + after.slice(1, 2) + after.slice(0, 1) + after.slice(2);
      const changed = before + letters[(at * 7) % 26] + after.slice(1);
      for (const slip of [before + after.slice(1), before + "x" + after, swapped, changed]) {
        if (slip === command || fieldCommands.includes(slip as "help")) continue;
        slips++;
        if (suggest(slip, fieldCommands) === command) found++;
      }
    }
  }
  assertGreater(found / slips, 0.9);
  for (const nonsense of ["", "zzzzzz", "j", "hamster"]) {
    assertEquals(suggest(nonsense, [...fieldCommands, ...places.keys()]), undefined);
  }
});

Deno.test("parseCount() takes whole numbers in bounds, plain or as they are shown, and nothing else", () => {
  assertEquals(parseCount("10,000", 10_000), 10_000);
  assertEquals(parseCount("1,000,000", 1_000_000), 1_000_000);
  for (const text of ["1,0", "10,0000", ",100", "1000,000", "1,,000", "1,000,", "1 000", "1.000"]) {
    assertEquals(parseCount(text, 1_000_000), undefined, text);
  }
  assertEquals(parseCount("1", 10), 1);
  assertEquals(parseCount("010", 10), 10);
  for (const text of ["0", "11", "-1", "+1", "1e1", "1.0", "", " 1", "0x1", "١", "Infinity"]) {
    assertEquals(parseCount(text, 10), undefined);
  }
});
