import { gamePrefixes } from "../../app/doors/mod.ts";
import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { makeToken } from "../support/tokens.ts";
import { withServer } from "../app/with_server.ts";

/** Plays what is typed, and says what `stats` said last. */
async function statsAfter(server: string, typed: string[]): Promise<string> {
  const args = ["play", "--fast", "--server", server, "--name", "Ada"];
  const { stdout } = await runCmud(args, { input: [...typed, "stats", "quit"] });
  return /^Rank:[^]*Place: .*/m.exec(stdout)![0];
}

const exported = async (server: string, prefix = "") =>
  (await runCmud(["kv", "export", prefix, "--server", server])).stdout;

Deno.test("cmud game backup and restore carry the game from a shared store, and nothing else", () =>
  withServer((from) =>
    withServer(async (to) => {
      using folder = new TempDirectory();
      const place = `${folder.path}/game`;
      await using client = new Client(from);
      for (const key of ["user/1", "gamers/1", "a", "zz"]) await client.put(key, "of others");
      const before = await statsAfter(from, ["mine 20", "buy cpu 2", "move 9"]);
      await runCmud(["game", "mute", "Bob", "--server", from]);
      const first = await runCmud(["game", "backup", place, "--server", from]);
      assertEquals({ code: first.code, stderr: first.stderr }, { code: 0, stderr: "" });
      // The second one writes what has changed.
      await statsAfter(from, ["move bridge"]);
      const second = await runCmud(["game", "backup", place, "--json", "--server", from]);
      const { changed, entries, gone } = JSON.parse(second.stdout);
      assert(changed < entries / 2 && gone === 0, second.stdout);
      const restored = await runCmud(["game", "restore", place, "--server", to]);
      assertMatch(restored.stdout, /: restored \d+ entries\n$/);
      assertEquals(await statsAfter(to, ["move 9"]), before);
      assertEquals(await exported(to, "user/"), "");
      await using other = new Client(to);
      assertEquals(await other.get("gamers/1"), undefined);
      assertStringIncludes((await runCmud(["game", "log", "--server", to])).stdout, "mute  bob");

      // A place has backups of one kind.
      const whole = await runCmud(["backup", place, "--server", from]);
      assertEquals(whole.code, 64);
      assertStringIncludes(whole.stderr, "Cannot back up all keys");
      assertStringIncludes(whole.stderr, "found backups of the game");
    })
  ));

Deno.test("cmud game restore --exactly makes the game what it was, and leaves all else alone", () =>
  withServer(async (server) => {
    using folder = new TempDirectory();
    await using client = new Client(server);
    await client.put("user/1", "of others");
    const before = await statsAfter(server, ["mine 20", "buy cpu 2", "move 9"]);
    // The game is restored from a backup of the whole store as well.
    await runCmud(["backup", folder.path, "--server", server]);
    const game = await exported(server, "player/");
    await client.put("user/1", "changed");
    const after = await statsAfter(server, ["mine 20", "buy cpu 5", "read syllabus", "move fence"]);
    assert(after !== before);
    const args = ["play", "--fast", "--server", server, "--name", "Bob"];
    await runCmud(args, { input: ["quit"] });

    const merged = await runCmud(["game", "restore", folder.path, "--server", server]);
    assertMatch(merged.stdout, /changed nothing/);
    assertEquals(await statsAfter(server, []), after);

    const exact = ["game", "restore", folder.path, "--exactly", "--server", server];
    const { code, stdout, stderr } = await runCmud(exact);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertMatch(stdout, /: restored \d+ entr(y|ies), \d+ deleted\n$/);
    assertEquals((await exported(server, "player/")).split("\n").length, game.split("\n").length);
    assertEquals(await statsAfter(server, []), before);
    assertEquals(await client.get("user/1"), "changed");
    assertMatch((await runCmud(["game", "log", "--server", server])).stdout, /admin {2}restore/);
  }));

Deno.test("cmud game restore --exactly deletes nothing when the backup is damaged, or has no game", () =>
  withServer(async (server) => {
    using folder = new TempDirectory();
    await statsAfter(server, ["mine 20", "buy cpu 2"]);
    await runCmud(["game", "backup", folder.path, "--server", server]);
    const before = await exported(server);
    const [segment] = [...Deno.readDirSync(`${folder.path}/segments`)];
    await Deno.truncate(`${folder.path}/segments/${segment.name}`, 3);
    const exact = ["game", "restore", folder.path, "--exactly", "--server", server];
    const { code, stderr } = await runCmud(exact);
    assertEquals(code, 70);
    assertStringIncludes(stderr, "Cannot restore exactly what is not whole");
    assertEquals(await exported(server), before);

    using other = new TempDirectory();
    await withServer(async (empty) => {
      await using client = new Client(empty);
      await client.put("user/1", "of others");
      await runCmud(["backup", other.path, "--server", empty]);
    });
    exact[2] = other.path;
    assertEquals((await runCmud(exact)).code, 64);
    assertEquals(await exported(server), before);
  }));

Deno.test("a token that is good for the keys of the game alone is enough to back it up", async () => {
  using folder = new TempDirectory();
  const [keeper, owner] = [makeToken("write", gamePrefixes, "keeper"), makeToken("admin")];
  const tokens = [keeper.entry, owner.entry];
  const server = await Server.start({ startPort: 0, queryActorCount: 1, tokens });
  await using _closing = {
    async [Symbol.asyncDispose]() {
      await server.close();
    },
  };
  const [address] = server.queryAddresses;
  await using client = new Client(address, { token: owner.token });
  for (const key of ["user/1", "player/Ada", "place/Ada"]) await client.put(key, "true");
  const file = `${folder.path}/token`;
  await Deno.writeTextFile(file, keeper.token, { mode: 0o600 });
  // The second one would ask what has changed, which such a token is not told.
  for (let backups = 0; backups < 2; backups++) {
    const args = ["game", "backup", `${folder.path}/game`, "--json", "--token-file", file];
    const { code, stdout, stderr } = await runCmud([...args, "--server", address]);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(JSON.parse(stdout).entries, 2);
  }
});
