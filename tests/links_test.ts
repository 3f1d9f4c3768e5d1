import { assert, assertEquals } from "./deps.ts";
import { anchorsOf, linksOf } from "./support/markdown.ts";
import { filesBelow, read, root } from "./support/repository.ts";

Deno.test("links in the docs lead to files and headings that are there", () => {
  const broken: string[] = [];
  let count = 0;
  for (const path of filesBelow("", ".md")) {
    for (const link of linksOf(read(path))) {
      if (/^[a-z]+:/.test(link)) continue;
      count++;
      if (!leadsSomewhere(path, link)) broken.push(`${path} -> ${link}`);
    }
  }
  assertEquals(broken, []);
  assert(count > 20);
});

Deno.test("files of the repository that the docs name are there", () => {
  const isThere = (path: string) => {
    try {
      return Deno.statSync(new URL(path, root)).isFile;
    } catch {
      return false;
    }
  };
  const named = [...filesBelow("", ".md")].flatMap((from) =>
    [...read(from).matchAll(/`([a-z]+(?:\/\w+)+\.(?:ts|md))`/g)].map(([, path]) => ({ from, path }))
  );
  assertEquals(named.filter(({ path }) => !isThere(path)), []);
  // A mechanism is found by the word that the field has for it.
  assert(named.filter(({ from }) => from === "docs/glossary.md").length > 30);
});

Deno.test("the README links to how to work on it and how to report a vulnerability", () => {
  const links = [...linksOf(read("README.md"))];
  for (const path of ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]) {
    assert(links.includes(path), path);
  }
});

Deno.test("linksOf() and anchorsOf() leave code out", () => {
  const text = [
    "# A `b` of C, and d",
    "[one](x.md), [two](y.md#z) and `[code](no.md)`",
    "[three]: z.md",
    "## Twice",
    "```md",
    "# no",
    "[four](no.md)",
    "```",
    "## Twice",
  ].join("\n");
  assertEquals([...linksOf(text)], ["x.md", "y.md#z", "z.md"]);
  assertEquals([...anchorsOf(text)], ["a-b-of-c-and-d", "twice", "twice-1"]);
});

function leadsSomewhere(from: string, link: string): boolean {
  const target = new URL(link, new URL(from, root));
  const anchor = decodeURIComponent(target.hash.slice(1));
  target.hash = "";
  if (!target.href.startsWith(root.href)) return false;
  let isFile: boolean;
  try {
    ({ isFile } = Deno.statSync(target));
  } catch {
    return false;
  }
  return anchor === "" ||
    isFile && anchorsOf(Deno.readTextFileSync(target)).has(anchor);
}
