import { DatabaseSync } from "node:sqlite";
import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { escapeControlInLines } from "../../rpc/mod.ts";
import { assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { until } from "../support/until.ts";
import { batchOf, dataWriter, entry, newDataFile } from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { runCmud } from "../support/app/fake_console.ts";

/** Runs `use` with a server that keeps its data in a directory. */
async function withData(
  dataDir: string,
  use: (client: Client, address: string) => Promise<void>,
): Promise<void> {
  const server = await Server.start({
    startPort: 0,
    queryActorCount: 1,
    dataDir,
    durability: "strict",
  });
  const [address] = server.queryAddresses;
  const client = new Client(new FixedRouter(address));
  try {
    await use(client, address);
  } finally {
    await client.close();
    await server.close();
  }
}

Deno.test("data check and export say what a directory holds, while a server runs there and after", async () => {
  using directory = new TempDirectory();
  const check = async () => (await runCmud(["data", "check", directory.path])).stdout;
  const entries = new Map([["b", "2"], ["a", 'a "quoted"\nvalue'], ["\ufeffkey", "\ufeffvalue"]]);
  let exported = "";
  await withData(directory.path, async (client, address) => {
    for (const [key, value] of entries) await client.put(key, value);
    await client.put("bytes", new Uint8Array([0xff, 0]), { ttlMs: 3_600_000 });
    await client.put("expired", "v", { ttlMs: 1 });
    await until("it is hidden", async () => await client.get("expired") === undefined);
    exported = (await runCmud(["kv", "export", "--server", address])).stdout;
    assertEquals(await runCmud(["data", "export", directory.path]), {
      code: 0,
      stdout: exported,
      stderr: "",
    });
    assertStringIncludes(await check(), "is sound.\n  cluster     cmud\n  keys        4\n");
  });
  assertEquals((await runCmud(["data", "export", directory.path])).stdout, exported);
  assertMatch(await check(), /newest Put *20\d\d-\d\d-\d\dT[\d:.]+Z\n/);
  const { code, stdout } = await runCmud(["data", "check", "--json", directory.path]);
  const { newestMs, diskBytes, ...rest } = JSON.parse(stdout);
  assertEquals([code, rest], [0, { sound: true, cluster: "cmud", keys: 4, tombstones: 1 }]);
  assertEquals(Math.abs(Date.now() - newestMs) < 60_000 && diskBytes > 0, true);
});

Deno.test("data check of an empty directory of a server finds nothing", async () => {
  using directory = new TempDirectory();
  await withData(directory.path, async () => {});
  const { code, stdout } = await runCmud(["data", "check", directory.path]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "  keys        0\n");
  assertStringIncludes(stdout, "  newest Put  none\n");
});

Deno.test("data check and export refuse what is none, and what is damaged, with exit code 70", async () => {
  using directory = new TempDirectory();
  const nowhere = `${directory.path}/nowhere`;
  const repair = await runCmud(["data", "repair", nowhere, `${directory.path}/new`]);
  assertStringIncludes(repair.stderr, `${nowhere}: there is no such directory`);
  for (const command of ["check", "export"]) {
    const cases = [
      [directory.path, "there is no cmud.db in it"],
      [nowhere, "there is no such directory"],
    ];
    for (const [path, found] of cases) {
      const { code, stdout, stderr } = await runCmud(["data", command, path]);
      assertEquals([code, stdout], [70, ""]);
      assertEquals(
        stderr,
        `cmud: Cannot use the data directory ${path}: ${found}\n`,
      );
    }
  }
  assertEquals(directory.files().size, 0);
  const file = `${directory.path}/file`;
  Deno.writeTextFileSync(file, "");
  for (
    const args of [["check", file], ["export", file], ["export", "--salvage", file], [
      "repair",
      file,
      `${file}-new`,
    ]]
  ) {
    const { code, stderr } = await runCmud(["data", ...args]);
    assertEquals(
      [code, stderr],
      [70, `cmud: Cannot use the data directory ${file}: it is a file; allowed is a directory\n`],
    );
  }
  Deno.removeSync(file);
  await withData(directory.path, async (client) => {
    for (let i = 0; i < 20; i++) await client.put(`key ${i}`, "x".repeat(10_000));
  });
  const path = `${directory.path}/log-1`;
  Deno.writeFileSync(path, Deno.readFileSync(path).fill(0xff, 30_000, 31_000));
  for (const command of ["check", "export"]) {
    const { code, stdout, stderr } = await runCmud(["data", command, directory.path]);
    assertEquals([code, stdout], [70, ""]);
    assertMatch(stderr, /^cmud: Cannot use the data directory .*: it is damaged \(/);
  }
});

Deno.test("data check, export and server refuse a directory of which a file is missing, with exit code 70", async () => {
  using directory = new TempDirectory();
  const { path } = directory;
  await withData(path, async (client) => {
    for (let i = 0; i < 20; i++) await client.put(`key ${i}`, "value");
  });
  const log = Deno.readFileSync(`${path}/log-1`);
  const cases: [spoil: () => void, found: RegExp][] = [
    [() => Deno.removeSync(`${path}/log-1`), /log-1: it is missing, and was not folded/],
    [
      () => Deno.renameSync(`${path}/cmud.db`, `${path}/aside`),
      /no cmud\.db, to which that belongs|which is gone/,
    ],
    [
      () => Deno.writeFileSync(`${path}/log-1`, log),
      /there is a log \(log-1\) in it, and no cmud\.db/,
    ],
  ];
  for (const [spoil, found] of cases) {
    spoil();
    const commands = [["data", "check", path], ["data", "export", path], [
      ...["server", "--port", "0", "--actors", "1", "--data-dir", path],
    ]];
    for (const args of commands) {
      const { code, stdout, stderr } = await runCmud(args);
      assertEquals([code, stdout], [70, ""], args.join(" "));
      assertMatch(stderr, found);
    }
  }
});

Deno.test("data check names all damage; export --salvage and repair get out what is sound, and say what is not", async () => {
  using directory = new TempDirectory();
  using above = new TempDirectory();
  const { path } = directory;
  await withData(path, async (client) => {
    for (let i = 0; i < 20; i++) await client.put(`key ${i}`, "x".repeat(10_000));
  });
  const sound = await runCmud(["data", "export", "--salvage", path]);
  assertEquals([sound.code, sound.stderr], [0, ""]);
  assertEquals(sound.stdout, (await runCmud(["data", "export", path])).stdout);
  const log = `${path}/log-1`;
  Deno.writeFileSync(log, Deno.readFileSync(log).fill(7, 30_000, 30_001).fill(7, 90_000, 90_001));
  const damage = [
    /^log-1: bytes 2\d{4} to 3\d{4} \(1\d{4}\) hold no record that is whole$/,
    /^log-1: bytes 8\d{4} to 9\d{4} \(1\d{4}\) hold no record that is whole$/,
  ];

  const checked = await runCmud(["data", "check", "--json", path]);
  assertEquals(checked.code, 70);
  const { sound: isSound, damage: lines, soundKeys } = JSON.parse(checked.stdout);
  assertEquals([isSound, soundKeys, lines.length], [false, 18, 2]);
  const said = checked.stderr.trimEnd().split("\n");
  assertMatch(said[0], /^cmud: Cannot use the data directory .*: it is damaged \(log-1: /);
  for (const [i, line] of damage.entries()) assertMatch(said[i + 1], line);
  assertEquals(said[3], "18 keys can be had: data export --salvage, data repair");

  const exported = await runCmud(["data", "export", "--salvage", path]);
  assertEquals([exported.code, exported.stdout.split("\n").length - 1], [0, 18]);
  for (const [i, line] of exported.stderr.trimEnd().split("\n").entries()) {
    assertMatch(line, damage[i]);
  }

  const to = `${above.path}/new`;
  const repaired = await runCmud(["data", "repair", path, to]);
  assertEquals(repaired.code, 0);
  assertEquals(repaired.stderr, exported.stderr);
  assertMatch(
    repaired.stdout,
    /holds what was sound of .*\n {2}keys {8}18\n.*\n {2}damage {6}2, see/,
  );
  assertEquals((await runCmud(["data", "export", to])).stdout, exported.stdout);
  await withData(to, async (client) => assertEquals((await client.list("")).size, 18));

  const again = await runCmud(["data", "repair", path, to]);
  assertEquals([again.code, again.stdout], [70, ""]);
  assertStringIncludes(again.stderr, "it is not empty; allowed is a new one, or an empty one");
  assertEquals((await runCmud(["data", "repair", path, ""])).code, 64);
});

Deno.test("data check and repair show no key raw that would act on a terminal", async () => {
  using directory = new TempDirectory();
  using above = new TempDirectory();
  const { path } = directory;
  newDataFile(path);
  const writer = dataWriter(path);
  // U+009B and U+202E, byte by byte, which JSON lets through.
  writer.append([batchOf(entry("key\xc2\x9b2J\xe2\x80\xae\x1b[2J", "value"))]);
  while (!writer.foldOn(0));
  writer.close();
  const database = new DatabaseSync(`${path}/cmud.db`);
  database.exec("UPDATE entry SET value = x'00'");
  database.close();
  for (
    const words of [
      ["check", path],
      ["check", "--json", path],
      ["export", "--salvage", path],
      ["repair", path, `${above.path}/new`],
    ]
  ) {
    const { stdout, stderr } = await runCmud(["data", ...words]);
    assertStringIncludes(stderr, "the row of the key");
    assertEquals(escapeControlInLines(stdout + stderr), stdout + stderr, words.join(" "));
  }
});
