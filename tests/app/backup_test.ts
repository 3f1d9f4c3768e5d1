import { Client } from "../../kvclient/mod.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { deadAddress, withServer } from "./with_server.ts";

/** Calls `use` with a folder that is removed afterwards. */
async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "cmud-backup-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const exported = async (server: string) =>
  (await runCmud(["kv", "export", "--server", server])).stdout;

Deno.test("cmud restore brings what cmud backup kept into an empty server, to the byte", () =>
  withFolder((folder) =>
    withServer((from) =>
      withServer(async (to) => {
        await using client = new Client(from);
        await client.put("text", "\0\x1b\r\n\t\u{1f600}");
        await client.put("bytes", new Uint8Array([0xff, 0, 10]));
        await client.put("expires", "later", { ttlMs: 100 * 366 * 24 * 3_600_000 });
        for (let n = 0; n < 200; n++) await client.put(`key/${n}`, `value ${n}`);
        const place = `${folder}/backups`;
        const first = await runCmud(["backup", place, "--server", from]);
        assertEquals({ code: first.code, stderr: first.stderr }, { code: 0, stderr: "" });
        assertMatch(
          first.stdout,
          /^\S+: 203 entries, 203 new or changed, 0 gone; wrote [\d,]+ bytes\n$/,
        );
        const restored = await runCmud(["restore", place, "--server", to]);
        assertEquals(restored, { code: 0, stdout: `${place}: restored 203 entries\n`, stderr: "" });
        assertEquals(await exported(to), await exported(from));
        // What only its owner may read.
        for await (const { name } of Deno.readDir(`${place}/segments`)) {
          assertEquals((await Deno.stat(`${place}/segments/${name}`)).mode! & 0o777, 0o600);
        }
        assertEquals((await Deno.stat(place)).mode! & 0o777, 0o700);

        await client.put("key/7", "changed");
        await client.delete("key/8");
        const second = await runCmud(["backup", place, "--json", "--server", from]);
        const { entries, changed, gone, bytesWritten } = JSON.parse(second.stdout);
        assertEquals({ entries, changed, gone }, { entries: 202, changed: 1, gone: 1 });
        assert(bytesWritten < 1000, second.stdout);
        const again = await runCmud(["restore", place, "--server", from]);
        assertEquals(
          again.stdout,
          `${place}: restored 202 entries, 202 of them changed nothing\n`,
        );
      })
    )
  ));

Deno.test("cmud restore --at and --as-new bring back what was deleted or overwritten", () =>
  withFolder((folder) =>
    withServer(async (server) => {
      await using client = new Client(server);
      await client.put("user/ada", "1");
      await client.put("user/bob", "1");
      await client.put("other", "1");
      await runCmud(["backup", folder, "--server", server]);
      const { stdout } = await runCmud(["restore", folder, "--list"]);
      assertMatch(stdout, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z {2}3 entries\n$/);
      const [at] = stdout.split(" ");
      await client.delete("user/ada");
      await client.put("user/bob", "2");
      await client.put("other", "2");
      await runCmud(["backup", folder, "--server", server]);

      const byOrder = await runCmud(["restore", folder, "--at", at, "--server", server]);
      assertStringIncludes(byOrder.stdout, "restored 3 entries, 3 of them changed nothing");
      assertEquals(await client.get("user/ada"), undefined);
      const asNew = await runCmud([
        ...["restore", folder, "--at", at, "--prefix", "user/", "--as-new", "--server", server],
      ]);
      assertEquals(asNew.stdout, `${folder}: restored 2 entries\n`);
      assertEquals(await client.get("user/ada"), "1");
      assertEquals(await client.get("user/bob"), "1");
      assertEquals(await client.get("other"), "2");
    })
  ));

Deno.test("cmud restore says what is damaged, restores the rest, and ends with 70; backup spares data", () =>
  withFolder((folder) =>
    withServer(async (server) => {
      await using client = new Client(server);
      await client.put("key", "value");
      await runCmud(["backup", folder, "--server", server]);
      const [segment] = [...Deno.readDirSync(`${folder}/segments`)];
      const path = `${folder}/segments/${segment.name}`;
      const bytes = await Deno.readFile(path);
      await client.put("later", "value");
      await runCmud(["backup", folder, "--server", server]);
      const harmed = bytes.slice();
      harmed[bytes.length >> 1] ^= 1;
      await Deno.writeFile(path, harmed);
      await Deno.mkdir(`${folder}/data`);
      await Deno.writeTextFile(`${folder}/data/cmud.db`, "");
      const data = await runCmud(["backup", `${folder}/data`, "--server", server]);
      assertEquals(data.code, 64);
      assertMatch(data.stderr, /it is the data directory of a server/);
      const restore = async (...more: string[]) => {
        const { code, stdout, stderr } = await runCmud([
          ...["restore", folder, "--as-new", ...more, "--server", server],
        ]);
        assertEquals({ code, stdout }, { code: 70, stdout: `${folder}: restored 1 entry\n` });
        const [fault, ...advice] = stderr.trimEnd().split("\n");
        assertEquals(advice, ["No older backup there is without that part"]);
        return fault;
      };
      const what = `cmud: Cannot read 1 entry of segments/${segment.name}`;
      assertEquals(await restore(), `${what}: they are damaged`);
      await Deno.truncate(path, 3);
      assertEquals(await restore(), `${what}: it has 3 bytes instead of ${bytes.length}`);
      await Deno.remove(path);
      assertEquals(await restore(), `${what}: it is not there`);
      // The newer one is damaged, and what it took from the older one is whole.
      await Deno.writeFile(path, bytes);
      for (const { name } of [...Deno.readDirSync(`${folder}/segments`)]) {
        if (name !== segment.name) await Deno.truncate(`${folder}/segments/${name}`, 2);
      }
      const { stderr } = await runCmud(["restore", folder, "--server", server]);
      const [, at] = /^An older backup is without that part: cmud restore PLACE --at (\S+)$/m
        .exec(stderr)!;
      const older = await runCmud(["restore", folder, "--list"]);
      assert(older.stdout.startsWith(`${at}  1 entry`), older.stdout);
    })
  ));

Deno.test("cmud backup and restore say what is wrong with a place, a time and a server", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const server = deadAddress();
    const cases: [args: string[], code: number, said: RegExp][] = [
      [["restore", folder], 64, /found no backup there/],
      [["restore", folder, "--list"], 64, /found no backup there/],
      [["restore", `${folder}/file`], 64, /it is no folder/],
      [["backup", folder], 69, /Is a server running there/],
      [["backup", "gs://bucket"], 64, /allowed is DIR or s3:\/\/BUCKET\/PREFIX/],
      [["backup", "s3://bucket"], 64, /\$AWS_ACCESS_KEY_ID is not set/],
      [["restore", folder, "--at", "yesterday"], 64, /allowed is a time of ISO 8601/i],
      [["backup", folder, "--keep", "5"], 64, /allowed is a duration/i],
    ];
    for (const [args, expected, said] of cases) {
      const { code, stderr } = await runCmud([...args, "--server", server]);
      assertEquals(code, expected, `${args.join(" ")}: ${stderr}`);
      assertMatch(stderr, said);
    }
  }));
