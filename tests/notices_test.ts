import { noticesFileName, noticesText, packagesOf } from "../scripts/notices.ts";
import { assert, assertEquals, assertStringIncludes } from "./deps.ts";

const root = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, root));

Deno.test("the third-party notices are those of the packages that the program uses", async () => {
  const expected = await noticesText();
  assertEquals(read(noticesFileName), expected, "deno task notices writes them anew");
});

Deno.test("the third-party notices name each package of deps.ts in the version of deno.json", () => {
  const { imports } = JSON.parse(read("deno.json"));
  const names = [...read("deps.ts").matchAll(/import\("([^":]+)"\)/g)].map(([, name]) => name);
  const packages = new Set(names.filter((name) => name in imports));
  assert(packages.size >= 2);
  for (const name of packages) {
    const [, , version] = /^npm:(.+)@([\d.]+)/.exec(imports[name])!;
    assertStringIncludes(read(noticesFileName), `## ${name} ${version} (`);
  }
});

Deno.test("packagesOf() gives what a package depends on too, and nothing that only the lock names", () => {
  const npmPackage = (name: string, ...dependencies: string[]) => ({
    name,
    version: "1.0.0",
    dependencies,
    registryUrl: "",
  });
  const found = packagesOf({
    modules: [{}, { npmPackage: "b@1.0.0" }],
    npmPackages: {
      "a@1.0.0": npmPackage("a", "b@1.0.0"),
      "b@1.0.0": npmPackage("b", "c@1.0.0"),
      "c@1.0.0": npmPackage("c", "b@1.0.0"),
      "test@1.0.0": npmPackage("test"),
    },
  });
  assertEquals(found, ["b@1.0.0", "c@1.0.0"]);
});
