/** Names of letters of any one alphabet, none of which looks like another. */

import {
  isName,
  isSessionId,
  nameFrom,
  newSessionId,
  playerOf,
} from "../../app/game/world/names.ts";
import { columnsOf, padColumns } from "../../app/cli/columns.ts";
import { map, pictureColumns } from "../../app/game/talk/map_text.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { MemoryStore, play } from "./stage.ts";

const good = [
  ...[
    "Ada",
    "a-b_9",
    "7",
    "Zoë",
    "Łukasz",
    "Åse",
    "Đorđe",
    "Þóra",
    "Nguyễn",
    "Αλέξης",
    "Оксана",
    "Юлия",
  ],
  ...[
    "Ирина-2",
    "Արամ",
    "გიორგი",
    "שרה",
    "محمد",
    "अमित",
    "สมชาย",
    "김철수",
    "李明",
    "さくら",
    "タケシ",
    "ローラ",
  ],
];

const bad: [name: string, why: string][] = [
  ...[["Аda", "Cyrillic A"], ["Bоb", "Cyrillic o"], ["Ηelen", "Greek H"]] as [string, string][],
  ...[["Сара", "all like Latin"], ["ΤΟΝΥ", "all like Latin"], ["օս", "Armenian ou"]] as [
    string,
    string,
  ][],
  ...[["Ａda", "wide"], ["ﬁona", "a ligature"], ["𝐀da", "bold"], ["ıda", "dotless"]] as [
    string,
    string,
  ][],
  ...[["ɑda", "a phonetic sign"], ["Ad\u0061\u0301\u0302\u0303", "marks"]] as [string, string][],
  ...[["e\u0301", "not composed"], ["x\u0301", "a mark on Latin"], ["\u0301", "a mark"]] as [
    string,
    string,
  ][],
  ...[["a\u200db", "joiner"], ["\u202eab", "turns lines"], ["a b", "two words"]] as [
    string,
    string,
  ][],
  ...[["٣", "other digits"], ["a.b", "a dot"], ["a/b", "a slash"], ["", "nothing"]] as [
    string,
    string,
  ][],
  ...[["é".repeat(25), "too long"], ["😀", "no letter"], ["ニ", "like a Han sign"]] as [
    string,
    string,
  ][],
];

Deno.test("names are words of letters of one alphabet, digits, - and _", () => {
  for (const name of good) {
    assert(isName(name), name);
    assert(isName(nameFrom(` ${name.normalize("NFD")} `)), name);
    const id = newSessionId(name, { hex64: () => "0123456789abcdef" });
    assert(isSessionId(id), id);
    assertEquals(playerOf(id), name);
  }
});

Deno.test("names that look like others are refused", () => {
  for (const [name, why] of bad) {
    assert(!isName(name), `${name}: ${why}`);
    assert(!isSessionId(`${name}.0123456789abcdef`), why);
  }
});

Deno.test("a player of any alphabet plays, and one who looks like another is told why not", async () => {
  const { said, store } = await play(["Аda", "Оксана", "mine 2", "stats", "leaderboard"], {
    store: new MemoryStore(),
  });
  assertStringIncludes(said, '"Аda" will not fit on the student card.');
  assertStringIncludes(said, "Letters that are only like those of another alphabet do not count.");
  assertStringIncludes(said, "Name: Оксана\n");
  assertStringIncludes(said, "Оксана (you)  Undergraduate");
  assert(!said.includes("made no sense"));
  assert(store.entries.has("player/Оксана"));
});

Deno.test("a name in another case goes on as the character that has it", async () => {
  const store = new MemoryStore();
  await play(["Zoë"], { store });
  assertStringIncludes((await play(["zOË"], { store })).said, "Welcome back, Zoë");
  assert(!store.entries.has("player/zOË"));
  // Where two are written so, each goes on as itself.
  store.entries.set("player/zoë", "true");
  assertStringIncludes((await play(["zoë"], { store })).said, "Welcome back, zoë");
  assertStringIncludes((await play(["Zoë"], { store })).said, "Welcome back, Zoë");
});

Deno.test("columnsOf() counts the columns of a terminal, and the map's picture keeps its walls", () => {
  assertEquals(["", "Ada", "Zoë", "李明", "अमित", "김철수"].map(columnsOf), [0, 3, 3, 4, 4, 6]);
  assertEquals(padColumns("李明", 6), "李明  ");
  const there = [{ name: "李明", away: false }, { name: "김철수", away: true }];
  const picture = map(new Map([["5", there], ["fence", there]]), undefined, true);
  for (const line of picture) assertEquals(columnsOf(line), pictureColumns);
});
