import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { makeToken } from "../support/tokens.ts";
import { withServer } from "../app/with_server.ts";

Deno.test("cmud game keeps a world in order, and writes down who did what", () =>
  withServer(async (server) => {
    const game = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCmud(["game", ...args, "--server", server]);
      return { code, said: stdout + stderr };
    };
    const play = async (name: string, input: string) => {
      const args = ["play", "--fast", "--server", server, "--name", name];
      return (await runCmud(args, { input: input.split(" ; ") })).stdout;
    };
    await play("Mallory", "mine 50 ; buy cpu 3 ; move 9 ; quit");
    const before = await play("Mallory", "stats ; quit");
    assertEquals(await game("ban", "mallory", "--why", "you were warned"), {
      code: 0,
      said: "ban: Mallory\n",
    });
    assertEquals((await game("announce", "The world", "pauses.")).said, "It is said.\n");
    assertEquals((await game("ban", "MALLORY", "--undo")).said, "unban: Mallory\n");
    assertEquals(await game("rename", "mallory", "Mary"), {
      code: 0,
      said: "mallory is called Mary now.\n",
    });
    // All that the character has goes with it.
    const after = await play("Mary", "stats ; quit");
    const facts = (said: string) => /^Rank:[^]*Place: .*/m.exec(said)![0];
    assertEquals(facts(after), facts(before));
    assertMatch(facts(after), /power: 4$/m);
    assertEquals((await game("rename", "nobody", "Mary")).code, 64);
    assertEquals((await game("mute", "nobody")).said, "mute: nobody, a name that nobody has\n");
    assertEquals((await game("mute", "nobody", "--undo")).code, 0);
    assertStringIncludes((await game("rename", "Mary", "two words")).said, "is no name");
    await play("Grace", "quit");
    assertStringIncludes((await game("rename", "Mary", "gRACE")).said, "gRACE is taken");
    const { said: password } = await game("reset-password", "mary");
    assertMatch(password, /^[0-9a-f]{16}\n$/);
    assertMatch((await game("term")).said, /^Term 1, from \S+Z to \S+Z\n$/);
    assertMatch((await game("term", "next")).said, /^Term 2, /);
    // Everybody begins anew, under the name that they have.
    assertMatch(facts(await play("Mary", "stats ; quit")), /Coins: 0$/m);
    assertEquals((await game("direct", "no")).code, 0);
    const refused = await runCmud(["play", "--server", server, "--name", "Mary"], { input: [] });
    assertEquals(refused.code, 64);
    assertStringIncludes(refused.stderr, "Cannot play here without a door");
    const { said } = await game("log");
    const acts = said.trim().split("\n").map((line) => line.split("  ").slice(1).join(" "));
    assertEquals(acts, [
      "admin ban mallory you were warned",
      "admin announce The world pauses.",
      "admin unban mallory",
      "admin ban mallory you are called Mary now",
      "admin hide mallory you are called Mary now",
      "admin rename mallory Mary",
      "admin mute nobody",
      "admin unmute nobody",
      "admin reset-password Mary",
      "admin term term 2 begins",
      "admin direct no",
    ]);
    const { said: json } = await game("log", "--json");
    assertEquals(JSON.parse(json.split("\n")[0]).act, "ban");
    await using client = new Client(server);
    const owner = await client.get<string>("owner/mary");
    assert(!owner!.includes(password.trim()));
    const { n, r, p } = JSON.parse(owner!).password;
    assertEquals({ n, r, p }, { n: 32_768, r: 8, p: 1 });
  }));

Deno.test("without a token that may write the game, cmud game changes nothing", async () => {
  const [owner, reader] = [makeToken("admin"), makeToken("read", [], "reader")];
  // Who writes something else there, or a part of the game, keeps no order in it.
  const writers = [makeToken("write", ["user/"], "other"), makeToken("write", ["mined/"], "part")];
  const tokens = [owner, reader, ...writers].map(({ entry }) => entry);
  const server = await Server.start({ startPort: 0, queryActorCount: 1, tokens });
  const [address] = server.queryAddresses;
  await using client = new Client(address, { token: owner.token });
  for (const name of ["Ada", "Bob"]) await client.put(`player/${name}`, "true");
  await client.put("term/now", JSON.stringify({ term: 1, at: Date.now() }));
  const before = await client.list("");
  const acts = [
    ...[["announce", "hi"], ["ban", "Ada"], ["mute", "Ada"], ["hide", "Ada"], [
      "ban",
      "Ada",
      "--undo",
    ]],
    ...[["rename", "Ada", "Eve"], ["reset-password", "Ada"], ["term", "next"], ["direct", "no"]],
  ];
  for (const token of [undefined, ...[reader, ...writers].map(({ token }) => token)]) {
    const env: Record<string, string> = token === undefined ? {} : { CMUD_TOKEN: token };
    for (const act of acts) {
      const { code, stdout } = await runCmud(["game", ...act, "--server", address], { env });
      assertEquals({ code, stdout }, { code: 64, stdout: "" }, act.join(" "));
    }
  }
  assertEquals(await client.list(""), before);
  const env = { CMUD_TOKEN: owner.token };
  assertEquals((await runCmud(["game", "ban", "Ada", "--server", address], { env })).code, 0);
  await server.close();
});

Deno.test("what others wrote where the audit log is harms nobody who reads it", () =>
  withServer(async (server) => {
    await using client = new Client(server);
    await client.put("gamelog/00000000000001/a", "{");
    await client.put("gamelog/00000000000002/a", new Uint8Array([0xff]));
    const record = { at: 3, by: "\x1b[2J", act: "ban", name: "x", why: "\u202e" };
    await client.put("gamelog/00000000000003/a", JSON.stringify(record));
    const { code, stdout } = await runCmud(["game", "log", "--server", server]);
    assertEquals(code, 0);
    assertEquals(stdout, "1970-01-01T00:00:00.003Z  \\u{1b}[2J  ban  x  \\u{202e}\n");
  }));
