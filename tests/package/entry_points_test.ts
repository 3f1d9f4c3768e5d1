import { assert, assertEquals } from "../deps.ts";
import { expectOutput } from "./program.ts";

const root = new URL("../../", import.meta.url);
const config = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));
const entryPoints = Object.entries<string>(config.exports);

Deno.test("the package exports the client by itself, client, server and actors", () => {
  assertEquals(entryPoints.map(([name]) => name), [".", "./client", "./server", "./actor"]);
});

for (const [name, path] of [...entryPoints, ["the program", "./main.ts"]]) {
  Deno.test(`importing ${name} has no effect and needs no permission`, async () => {
    const directory = await Deno.makeTempDir();
    try {
      const module = JSON.stringify(new URL(path, root).href);
      await Deno.writeTextFile(
        `${directory}/app.ts`,
        `await import(${module});\nconsole.log("afterwards");\n`,
      );
      const args = ["run", "--quiet", "--no-lock", "--no-prompt", "app.ts"];
      await expectOutput(Deno.execPath(), args, directory, "afterwards\n");
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

Deno.test("what is published is the parts that an entry point imports, and what people read", async () => {
  const deno = async (args: readonly string[]) => {
    const command = new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: root.pathname,
      env: { NO_COLOR: "1" },
    });
    const { success, stdout, stderr } = await command.output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert(success, text);
    return text;
  };
  const listing = await deno(["publish", "--dry-run", "--allow-dirty", "--no-check"]);
  const published = [...listing.matchAll(/file:\/\/(\S+) \(/g)].map(([, path]) =>
    path.slice(root.pathname.length)
  );
  const imported: string[] = [];
  for (const [, path] of entryPoints) {
    const { modules } = JSON.parse(await deno(["info", "--quiet", "--json", path]));
    for (const { specifier } of modules) {
      if (specifier.startsWith(root.href)) imported.push(specifier.slice(root.href.length));
    }
  }
  const partsOf = (paths: readonly string[]) =>
    [...new Set(paths.map((path) => path.split("/")[0]))].sort();
  assertEquals(partsOf(published.filter((path) => path.endsWith(".ts"))), partsOf(imported));
  const texts = published.filter((path) => !path.endsWith(".ts") && !path.startsWith("docs/"));
  const read = ["CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md"];
  assertEquals(texts.sort(), [...read, "THIRD_PARTY_NOTICES.md", "deno.json"]);
});
