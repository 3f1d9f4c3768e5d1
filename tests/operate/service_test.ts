import { assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { missing, testUnless } from "../support/needs.ts";
import { read } from "../support/repository.ts";
import { folder, said } from "./operate_files.ts";

const unit = read("examples/operate/cmud.service");

testUnless(
  missing("systemd-analyze"),
  "systemd finds the unit sound, and little exposed",
  async () => {
    using directory = new TempDirectory();
    const path = `${directory.path}/cmud.service`;
    // The program need not be installed where the tests run.
    Deno.writeTextFileSync(path, unit.replace("/usr/local/bin/cmud", "/bin/true"));
    assertEquals(await said("systemd-analyze", "verify", path), [0, ""]);
    // In tenths: from 20 on it ends with 1.
    const [code, text] = await said(
      "systemd-analyze",
      "security",
      "--offline=true",
      "--threshold=20",
      path,
    );
    assertEquals(code, 0, text);
  },
);

Deno.test("the unit starts the server on the file of settings, and both name its directory", () => {
  assertMatch(unit, /^ExecStart=\/usr\/local\/bin\/cmud server --config \/etc\/cmud\/cmud\.toml$/m);
  assertMatch(unit, /^StateDirectory=cmud$/m);
  assertMatch(read("examples/operate/cmud.toml"), /^data-dir = "\/var\/lib\/cmud"$/m);
});

Deno.test("cmud server reads the file of settings, each line of it", async () => {
  const { code, stdout, stderr } = await runCmud([
    "server",
    "--config",
    `${folder}cmud.toml`,
    "--print-config",
  ]);
  assertEquals([code, stderr], [0, ""]);
  const given = read("examples/operate/cmud.toml").match(/^[a-z-]+(?= = )/gm)!;
  for (const key of given) assertMatch(stdout, new RegExp(`^${key} = `, "m"));
  assertStringIncludes(stdout, 'cluster = "production"');
});

Deno.test("the image and the regions set variables that cmud server knows", () => {
  const known = new Set(
    [...read("docs/command-line.md").matchAll(/^\| `--.*?\| `(CMUD_\w+)`/gm)].map(([, name]) =>
      name
    ),
  );
  for (const file of ["Dockerfile", "compose.yaml"]) {
    const used = read(`examples/operate/${file}`).match(/\bCMUD_\w+/g)!;
    assertEquals(used.filter((name) => !known.has(name)), [], file);
  }
});

Deno.test("the image is made with the Deno that the README names", () => {
  const versionIn = (path: string) => /npx -y deno@([\d.]+)/.exec(read(path))![1];
  assertEquals(versionIn("examples/operate/Dockerfile"), versionIn("README.md"));
});
