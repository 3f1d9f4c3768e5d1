import { Server } from "../../kvserver/mod.ts";
import { assertEquals } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import { expectOutput, printed, programWith, withoutTypes } from "./program.ts";

const root = new URL("../../", import.meta.url);
const config = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));
const packageClient = `${config.name}/client`;

/** Runs a program of a user, in a directory of its own, against a server. */
async function withProgram(
  use: (directory: string, addresses: readonly string[]) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const server = await Server.start({ startPort: 0, queryActorCount: 1 });
  const dead = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const deadAddress = `127.0.0.1:${dead.addr.port}`;
  dead.close();
  try {
    await use(directory, [server.queryAddresses[0], deadAddress]);
  } finally {
    await server.close();
    await Deno.remove(directory, { recursive: true });
  }
}

/** Makes the client's package, where a program in `directory` finds it by name. */
async function installPackage(directory: string): Promise<string> {
  const installed = `${directory}/node_modules/${config.name}`;
  const tool = new URL("scripts/npm.ts", root).pathname;
  const permissions = ["--no-prompt", "--allow-read", "--allow-env", `--allow-write=${directory}`];
  const args = ["run", "--quiet", ...permissions, tool, installed];
  await expectOutput(Deno.execPath(), args, root.pathname, "");
  await Deno.writeTextFile(`${directory}/package.json`, `{ "type": "module" }`);
  return installed;
}

const denoRun = ["run", "--quiet", "--no-lock", "--no-prompt", "--allow-net=127.0.0.1"];

Deno.test("a program elsewhere imports the client by its path, on Deno", async () => {
  await withProgram(async (directory, addresses) => {
    const client = new URL(config.exports["./client"], root).href;
    await Deno.writeTextFile(`${directory}/app.ts`, programWith(client, addresses));
    const args = [...denoRun, "--check", "app.ts"];
    await expectOutput(Deno.execPath(), args, directory, printed);
  });
});

Deno.test("a program elsewhere imports the client's npm package, with its types, on Deno", async () => {
  await withProgram(async (directory, addresses) => {
    await installPackage(directory);
    await Deno.writeTextFile(`${directory}/app.ts`, programWith(packageClient, addresses));
    const args = [...denoRun, "--check", "--allow-read=.", "app.ts"];
    await expectOutput(Deno.execPath(), args, directory, printed);
    const wrong = programWith(packageClient, addresses).replace("undefined", "symbol");
    await Deno.writeTextFile(`${directory}/wrong.ts`, wrong);
    const check = new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--no-lock", "wrong.ts"],
      cwd: directory,
    });
    assertEquals((await check.output()).success, false);
  });
});

for (const by of ["its npm package", "the path of its npm package's module"]) {
  testUnless(
    missing("node"),
    `a program elsewhere imports the client by ${by}, on Node`,
    () =>
      withProgram(async (directory, addresses) => {
        const installed = await installPackage(directory);
        const client = by === "its npm package" ? packageClient : `${installed}/kvclient/mod.js`;
        await Deno.writeTextFile(
          `${directory}/app.js`,
          withoutTypes(programWith(client, addresses)),
        );
        await expectOutput("node", ["app.js"], directory, printed);
      }),
  );
}

testUnless(
  missing("node"),
  "the example for Node does its jobs, with the client's npm package",
  () =>
    withProgram(async (directory, [address, deadAddress]) => {
      await installPackage(directory);
      const example = new URL("examples/node/main.js", root);
      await Deno.copyFile(example, `${directory}/main.js`);
      const servers = `${deadAddress},${address}`;
      const jobs = "job/0: boil water\njob/1: brew tea\njob/2: pour it\ndone\n";
      await expectOutput("node", ["main.js", servers], directory, jobs);
    }),
);

Deno.test("the client's npm package has the version, the licence, a README and all of its modules", async () => {
  await withProgram(async (directory) => {
    const installed = await installPackage(directory);
    const manifest = JSON.parse(await Deno.readTextFile(`${installed}/package.json`));
    assertEquals([manifest.name, manifest.version], [config.name, config.version]);
    const licence = await Deno.readTextFile(`${installed}/LICENSE`);
    assertEquals(licence, await Deno.readTextFile(new URL("LICENSE", root)));
    await Deno.stat(`${installed}/README.md`);
    for (
      const { types, default: module } of Object.values<Record<string, string>>(manifest.exports)
    ) {
      await Deno.stat(`${installed}/${types}`);
      await Deno.stat(`${installed}/${module}`);
    }
  });
});
