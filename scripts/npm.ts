/**
 * Makes the client's package for Node in the folder that the first argument names: plain modules with
 * their types, from the very sources that Deno runs.
 *
 * @module
 */

import { fileURLToPath, pathToFileURL } from "node:url";
import config from "../deno.json" with { type: "json" };
import { loadTypeScript } from "./deps.ts";

/** What the package exports, by the names that `deno.json` exports it under. */
const entryPoints = { ".": config.exports["."], "./client": config.exports["./client"] };

/** The oldest Node that the client is tested on. */
const nodeVersions = ">=20";

const root = new URL("../", import.meta.url);

const ts = await loadTypeScript();

const compilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
  strict: true,
  declaration: true,
  // `deno check` has, with the types of both runtimes.
  noCheck: true,
};

/**
 * The files that the entry points import, directly or not, themselves included, as JavaScript and as
 * types: texts by their paths in the package.
 *
 * @throws {Error} when one of them imports a package, because the client stands alone.
 */
function compile(): Map<string, string> {
  const entryFiles = Object.values(entryPoints).map((path) => fileURLToPath(new URL(path, root)));
  const program = ts.createProgram(entryFiles, {
    ...compilerOptions,
    rootDir: fileURLToPath(root),
  });
  const texts = new Map<string, string>();
  for (const file of program.getSourceFiles()) {
    if (program.isSourceFileDefaultLibrary(file)) continue;
    const path = relativePath(file.fileName);
    for (const { fileName } of ts.preProcessFile(file.text).importedFiles) {
      if (/^(\.|node:)/.test(fileName)) continue;
      throw new Error(`Cannot pack ${path}: it imports ${fileName}, and the client stands alone`);
    }
    program.emit(file, (name, text) => {
      texts.set(relativePath(name), name.endsWith(".d.ts") ? withEmittedPaths(text) : text);
    });
  }
  return texts;
}

/** The path of a file from the root of the repository. */
function relativePath(fileName: string): string {
  return pathToFileURL(fileName).href.slice(root.href.length);
}

/** The compiler has types import what the sources do, `.ts`, and a package has none of those. */
function withEmittedPaths(types: string): string {
  return types.replace(/(\bfrom |\bimport\()"(\.[^"]+)\.ts"/g, '$1"$2.js"');
}

/** What Node and npm have to know of the package. */
function manifest(): Record<string, unknown> {
  const exports = Object.entries(entryPoints).map(([name, path]) => [name, {
    types: path.replace(/\.ts$/, ".d.ts"),
    default: path.replace(/\.ts$/, ".js"),
  }]);
  return {
    name: config.name,
    version: config.version,
    description: "Client of CMUD, a geographically distributed key-value store",
    license: config.license,
    type: "module",
    engines: { node: nodeVersions },
    sideEffects: false,
    exports: Object.fromEntries(exports),
  };
}

function write(folder: string, path: string, text: string): void {
  const target = `${folder}/${path}`;
  Deno.mkdirSync(target.slice(0, target.lastIndexOf("/")), { recursive: true });
  Deno.writeTextFileSync(target, text);
}

function makePackage(folder: string): void {
  const texts = compile();
  removeEarlier(folder);
  for (const [path, text] of texts) write(folder, path, text);
  write(folder, "package.json", JSON.stringify(manifest(), undefined, 2) + "\n");
  write(folder, "README.md", Deno.readTextFileSync(new URL("kvclient/README.md", root)));
  write(folder, "LICENSE", Deno.readTextFileSync(new URL("LICENSE", root)));
}

/** Removes an earlier package, because a module that it had and this one has not must not stay. */
function removeEarlier(folder: string): void {
  try {
    const { name } = JSON.parse(Deno.readTextFileSync(`${folder}/package.json`));
    if (name === config.name) Deno.removeSync(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

if (import.meta.main) makePackage(Deno.args[0]);
