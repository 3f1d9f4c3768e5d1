import { assertEquals, assertStringIncludes } from "../deps.ts";
import { play } from "./stage.ts";

Deno.test("help names the commands alone where the list would scroll off, and tells of one", async () => {
  const said = async (line: string, rows: number, columns = 80) => {
    const answer = await play(["Ada", line], {
      manner: "drawn",
      rows: () => rows,
      columns: () => columns,
    });
    return answer.said.split(/course\s+lists\s+them\.\n/).at(-1)!;
  };
  const list = await said("help", 24);
  assertEquals(list.split("\n").length, 21);
  for (const [rows, columns] of [[0, 80], [21, 80]]) {
    assertEquals(await said("help", rows, columns), list);
  }
  const brief = await said("help", 20);
  assertEquals(brief.split("\n").length, 5);
  assertStringIncludes(brief, "You can say help, stats, map,");
  assertStringIncludes(brief, "Say help COMMAND to see what it does, as in: help stats\n");
  assertEquals((await said("help", 12, 40)).split("\n").length < 12, true);
  assertEquals(
    await said("help MINE", 12),
    "mine [N]: look for coins, N times (1 to 10,000).\n" +
      "An attempt takes 0 to 4 seconds, and 9 of 10 find coins:\n" +
      "1 to as many as you have computing power, all equally likely.\n" +
      "mine for cpu, or mine for 20, goes on until you have the coins for it.\n",
  );
  assertStringIncludes(await said("help store", 12), "Did you mean shop?");
  assertStringIncludes(
    await said("help rank", 24),
    "You are an Undergraduate. With your problem solved",
  );
  const odds = await said("help solving", 24);
  assertStringIncludes(odds, "0 to 4 seconds. Of 20:\n16 take your computing power off");
  assertStringIncludes(
    odds,
    "\n3 break something: one kind of your hardware drops to a quarter;\n1 is",
  );
  assertStringIncludes(await said("help solvign", 24), "Did you mean solving?");
  assertStringIncludes(
    await said("help odds", 24),
    'There is no help on "odds". There is on all commands, and on campus, company',
  );
});
