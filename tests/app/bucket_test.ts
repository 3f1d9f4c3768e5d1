import { Client } from "../../kvclient/mod.ts";
import { assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { type CommandResult, runCmud } from "../support/app/fake_console.ts";
import { deadAddress, withServer } from "./with_server.ts";

/** A store that speaks S3, with the bucket `backups`, and the variables that lead to it. */
async function withBucket(use: (env: Record<string, string>) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "cmud-s3-" });
  const program = new URL("bucket_program.ts", import.meta.url).pathname;
  const permissions = ["net=127.0.0.1", "read", "write", "env", "sys"].map((p) => `--allow-${p}`);
  const store = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", ...permissions, program, directory],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = store.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    const { value: port } = await output.read();
    await use({
      AWS_ACCESS_KEY_ID: "S3RVER",
      AWS_SECRET_ACCESS_KEY: "S3RVER",
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port!.trim()}`,
    });
  } finally {
    await store.stdin.close();
    await store.status;
    await output.cancel();
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("a cluster that lost everything serves again from a bucket, by one command", () =>
  withBucket((env) =>
    withServer((from) =>
      withServer(async (to) => {
        const cmud = (...args: string[]): Promise<CommandResult> => runCmud(args, { env });
        const place = "s3://backups/a b/é";
        await using client = new Client(from);
        for (let n = 0; n < 3_000; n++) void client.put(`key/${n}`, `value ${n}`);
        await client.put("last", "one");
        const first = await cmud("backup", place, "--server", from);
        assertEquals({ code: first.code, stderr: first.stderr }, { code: 0, stderr: "" });
        await client.put("key/7", "changed");
        const second = await cmud("backup", place, "--keep", "1ms", "--server", from);
        assertStringIncludes(
          second.stdout,
          "3,001 entries, 1 new or changed, 0 gone, 1 old backup removed",
        );
        assertMatch((await cmud("restore", place, "--list")).stdout, /^\S+ {2}3,001 entries\n$/);
        const restored = await cmud("restore", place, "--server", to);
        assertEquals(restored, {
          code: 0,
          stdout: `${place}: restored 3,001 entries\n`,
          stderr: "",
        });
        const exported = async (server: string) =>
          (await cmud("kv", "export", "--server", server)).stdout;
        assertEquals(await exported(to), await exported(from));
      })
    )
  ));

Deno.test("a bucket that is not there, and a store that is none, are said", () =>
  withBucket((env) =>
    withServer(async (server) => {
      const none = await runCmud(["backup", "s3://nothing/here", "--server", server], { env });
      assertEquals(none.code, 70);
      assertMatch(none.stderr, /Cannot list in s3:\/\/nothing\/here: 404 .*bucket/i);
      const dead = { ...env, AWS_ENDPOINT_URL: `http://${deadAddress()}` };
      const refused = await runCmud(["restore", "s3://backups", "--server", server], { env: dead });
      assertEquals(refused.code, 69);
      assertMatch(refused.stderr, /Cannot list in s3:\/\/backups: .*refused/);
      assertEquals(refused.stderr.includes("S3RVER"), false);
    })
  ));
