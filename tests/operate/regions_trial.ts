import { assertEquals, assertMatch } from "../deps.ts";
import { denoArguments } from "../support/app/cmud_process.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { missing, testUnless } from "../support/needs.ts";
import { root } from "../support/repository.ts";
import { until } from "../support/until.ts";

const script = new URL("examples/geo/regions.sh", root).pathname;

/** What this machine lacks to make namespaces; `undefined`: nothing. */
const lacking = missing("ip", "tc", "unshare") ?? lackingRight();

function lackingRight(): string | undefined {
  const name = `t${crypto.getRandomValues(new Uint16Array(1))[0]}`;
  // Where a machine is a folder of another one, a namespace may be made, but not entered by its name. What is
  // mounted for it is gone with the mounts of the probe.
  const probe = `test $(id -u) = 0 && ip link add x type bridge && ip netns add ${name} && {
    ip netns exec ${name} true; code=$?; ip netns del ${name}; exit $code
  }`;
  const made = new Deno.Command("unshare", {
    args: ["--mount", "--net", "bash", "-c", probe],
    stdout: "null",
    stderr: "null",
  }).outputSync();
  return made.success ? undefined : "right to make a network";
}

testUnless(
  lacking,
  "three regions in namespaces, 80 to 250 ms apart: what is put in one is seen in all, also after a cut",
  async () => {
    using folder = new TempDirectory();
    const net = `t${crypto.getRandomValues(new Uint16Array(1))[0]}`;
    const cmud = [Deno.execPath(), ...denoArguments];
    const env = { GEO: net, CMUD: cmud.join(" ") };
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command("bash", {
        args: [script, ...args],
        env,
        stdin: "null",
      }).output();
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    };
    const there = (region: string, ...words: string[]) => run("in", region, ...cmud, ...words);
    const seen = (region: string, key: string, value: string) =>
      until(
        `${value} is seen in ${region}`,
        async () => (await there(region, "kv", "get", key)).stdout === `${value}\n`,
      );
    const link = (state: string) =>
      new Deno.Command("ip", {
        args: ["-n", `${net}-dallas`, "link", "set", "eth0", state],
      }).output();
    try {
      const { code, stdout, stderr } = await run("up", folder.path);
      assertEquals(code, 0, stderr);
      assertMatch(stdout, /tokyo.*125 ms[^]*paris.*80 ms[^]*dallas.*250 ms/);
      assertEquals((await there("tokyo", "kv", "put", "from", "tokyo")).code, 0);
      for (const region of ["paris", "dallas"]) await seen(region, "from", "tokyo");
      await link("down");
      assertEquals((await there("paris", "kv", "put", "cut", "paris")).code, 0);
      assertEquals((await there("dallas", "kv", "get", "cut")).code, 1);
      await link("up");
      await seen("dallas", "cut", "paris");
    } finally {
      assertEquals((await run("down")).code, 0);
    }
  },
);
