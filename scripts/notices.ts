/**
 * The notices of third parties whose work is part of the program, made from the licences that come
 * with the packages that it names.
 *
 * @module
 */

/** Where the notices stand, from the root of the repository. */
export const noticesFileName = "THIRD_PARTY_NOTICES.md";

/** What names the packages that are shipped: the program's, and those of the pages that it shows. */
const shipped = ["deps.ts", "http/page/deps.js", "app/doors/web/page/deps.js"];

const root = new URL("../", import.meta.url);

interface NpmPackage {
  name: string;
  version: string;
  /** Keys of other packages in the same record. */
  dependencies: string[];
  registryUrl: string;
}

/** Parts of what `deno info --json FILE` prints. */
interface ModuleGraph {
  modules: { npmPackage?: string }[];
  npmPackages: Record<string, NpmPackage>;
}

/**
 * The text of the notices. What only the tests use is not part of the program, and not in it.
 *
 * @throws {Error} when a package has no licence: it cannot be shipped then.
 */
export async function noticesText(): Promise<string> {
  const { npmCache } = await denoInfo<{ npmCache: string }>();
  const graphs = await Promise.all(shipped.map((file) => denoInfo<ModuleGraph>(file)));
  const graph = {
    modules: graphs.flatMap(({ modules }) => modules),
    npmPackages: Object.assign({}, ...graphs.map(({ npmPackages }) => npmPackages)),
  };
  const sections = packagesOf(graph).map((key) => packageSection(npmCache, graph.npmPackages[key]));
  return [introduction, ...sections, ...runtimeSections()].join("\n");
}

/** The packages that the graph's modules come from, and all that those depend on, by name. */
export function packagesOf({ modules, npmPackages }: ModuleGraph): string[] {
  const found = new Set(modules.flatMap(({ npmPackage }) => npmPackage ?? []));
  // A set that grows while it is walked is walked to its new end.
  for (const key of found) for (const other of npmPackages[key].dependencies) found.add(other);
  return [...found].sort();
}

function packageSection(npmCache: string, { name, version, registryUrl }: NpmPackage): string {
  const folder = `${npmCache}/${cacheName(registryUrl)}/${name}/${version}`;
  const { license } = JSON.parse(Deno.readTextFileSync(`${folder}/package.json`));
  const file = [...Deno.readDirSync(folder)].find(({ name }) => /^licen[cs]e(\.|$)/i.test(name));
  if (file === undefined) throw new Error(`Cannot ship ${name} ${version}: it has no licence file`);
  return section(
    `${name} ${version} (${license})`,
    Deno.readTextFileSync(`${folder}/${file.name}`),
  );
}

/** The folder in which Deno keeps what comes from a registry. */
function cacheName(registryUrl: string): string {
  const { host, pathname } = new URL(registryUrl);
  return `${host.replace(":", "_PORT")}${pathname}`.replace(/\/$/, "");
}

function runtimeSections(): string[] {
  return [
    section("Deno (MIT)", Deno.readTextFileSync(new URL("scripts/licences/deno.txt", root))),
    section("V8 (BSD-3-Clause)", Deno.readTextFileSync(new URL("scripts/licences/v8.txt", root))),
    runtimeRemainder,
  ];
}

/** A licence as it was written: quoted, so that nothing in it counts as Markdown. */
function section(title: string, licence: string): string {
  return `## ${title}\n\n\`\`\`text\n${licence.replaceAll("\r\n", "\n").trim()}\n\`\`\`\n`;
}

async function denoInfo<Result>(...files: string[]): Promise<Result> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", ...files],
    cwd: root,
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot list the packages: ${decoder.decode(stderr)}`);
  return JSON.parse(decoder.decode(stdout));
}

// Both are wrapped as `deno fmt` wraps them.
const introduction = `# Third-party notices

The compiled \`cmud\` contains work of other people. This file names it and gives the licences under
which it is passed on; \`cmud licenses\` prints it, below the licence of CMUD itself. The task
\`notices\` writes this file from the packages that the program uses.
`;

const runtimeRemainder = `## What Deno contains

Deno, the runtime in the compiled program, contains further libraries, among them:

- SQLite, which is in the public domain
- ICU, under the Unicode licence
- the JavaScript of Node's built-in modules, under the MIT licence: copyright Node.js contributors
- libraries written in Rust, most of them under the MIT licence or the Apache licence 2.0

The file \`Cargo.lock\` in the source of each release of Deno lists them all.
`;
