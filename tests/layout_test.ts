import { assert, assertEquals } from "./deps.ts";
import { filesBelow, read, root } from "./support/repository.ts";
import { storeyFaults } from "./support/storeys.ts";

const leaves = ["limits.ts", "deps.ts"];

/** What each part may import, itself aside. */
const below: Record<string, readonly string[]> = {
  "limits.ts": [],
  "deps.ts": [],
  rpc: leaves,
  access: ["rpc", ...leaves],
  kvcommon: ["rpc", ...leaves],
  log: ["rpc", ...leaves],
  actor: ["access", "log", "rpc", ...leaves],
  resp: ["access", "rpc", ...leaves],
  kvserver: ["access", "actor", "kvcommon", "log", "resp", "rpc", ...leaves],
  http: ["access", "kvserver", "log", "rpc", ...leaves],
  kvclient: ["kvcommon", "rpc", ...leaves],
  // Whole clusters, without a socket, a file or a clock.
  simulate: ["kvserver", "kvcommon", "actor", "log", "rpc", ...leaves],
  lab: ["simulate", "kvclient", "kvcommon", "rpc", ...leaves],
  // deno.json says with which permissions another process of the program runs.
  bench: ["kvserver", "kvclient", "actor", "kvcommon", "log", "rpc", "deno.json", ...leaves],
  // The command line has the benchmarks as a command.
  app: [
    "bench",
    "http",
    "simulate",
    "kvserver",
    "kvclient",
    "actor",
    "kvcommon",
    "log",
    "access",
    "rpc",
    ...leaves,
  ],
  "main.ts": ["app"],
  // What a program that imports the package gets when it names no part.
  "mod.ts": ["kvclient"],
};

/**
 * The storeys of the parts that have several, from the ground up: a folder imports from lower ones only,
 * and so no two folders of one storey know each other.
 */
const storeys: Record<string, readonly (readonly string[])[]> = {
  kvserver: [
    ["entry", "memory"],
    ["versions"],
    ["store"],
    ["messages", "reconcile", "watch"],
    ["query", "sync", "disk", "join"],
    ["thread"],
  ],
  resp: [["wire"], ["commands"]],
  simulate: [["world"], ["network"], ["cluster"], ["trace"], ["scenario", "diagram"], [
    "exercises",
  ]],
  lab: [["model"], ["live"], ["core"]],
  app: [
    ["cli"],
    ["bench", "cert", "completion", "game", "settings", "terminal"],
    ["check", "kv", "play"],
    ["backup", "doors"],
    ["commands"],
  ],
  "app/game": [["world"], ["state"], ["talk"], ["play"]],
};

/** These use the parts, and are no parts themselves. */
const around = ["tests", "examples", "scripts"];

/** What the tests use of packages: below all of their folders, as `deps.ts` is below the parts. */
const testLeaves = ["tests/deps.ts"];

/** The only files that may name a package. */
const packageFiles = ["deps.ts", "tests/deps.ts", "scripts/deps.ts"];

interface SourceFile {
  /** From the root of the repository, with `/` between its parts. */
  path: string;
  text: string;
}

const files: SourceFile[] = [...filesBelow("", ".ts")]
  .filter((path) => !path.endsWith(".d.ts"))
  .map((path) => ({ path, text: read(path) }));
const parts = files.filter(({ path }) => !around.includes(partOf(path)));

Deno.test("imports point one way only", () => {
  const wrong: string[] = [];
  for (const file of parts) {
    const part = partOf(file.path);
    assert(part in below, `${file.path} belongs to no part: tell this test what it may import`);
    for (const target of localImports(file)) {
      const other = partOf(target);
      if (other !== part && !below[part].includes(other)) wrong.push(`${file.path} -> ${target}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("folders stand one above the other, at every depth", () => {
  const imports = new Map(files.map((file) => [file.path, localImports(file)]));
  assertEquals(storeyFaults(imports, testLeaves), []);
});

for (const [around, rows] of Object.entries(storeys)) {
  Deno.test(`no folder of ${around} imports from its own storey or a higher one`, () => {
    const storeyOf = (folder: string) => rows.findIndex((row) => row.includes(folder));
    const wrong: string[] = [];
    for (const file of files.filter(({ path }) => path.startsWith(`${around}/`))) {
      const from = folderIn(around, file.path);
      if (from === undefined) continue;
      assert(storeyOf(from) >= 0, `${around}/${from} has no storey: tell this test which it is`);
      for (const target of localImports(file)) {
        const to = folderIn(around, target);
        if (to === undefined || to === from) continue;
        if (storeyOf(to) >= storeyOf(from)) wrong.push(`${file.path} -> ${target}`);
      }
    }
    assertEquals(wrong, []);
  });
}

Deno.test("what sync knows of others is written by its owner alone", () => {
  const open: string[] = [];
  for (const { path, text } of parts.filter(({ path }) => path.startsWith("kvserver/sync/"))) {
    for (const [, body] of text.matchAll(/^(?:export )?class [^]*?{\n([^]*?)^}/gm)) {
      for (
        const [, field] of body.matchAll(
          /^ {2}(?:(?:public|declare|override) )*(\w+)[?!]?(?::| =)/gm,
        )
      ) {
        open.push(`${path}: ${field}`);
      }
      for (const [, name] of body.matchAll(/^ {2}set (\w+)\(/gm)) open.push(`${path}: set ${name}`);
    }
  }
  assertEquals(open, []);
});

Deno.test("no two messages between the actors of a server have the same type", () => {
  const declared = parts
    .filter(({ path }) => path.startsWith("kvserver/") && !path.startsWith("kvserver/thread/"))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/^export interface (\w+Message|\w+Note)\b[^]*?^}/gm)].flatMap((
        [body, name],
      ) =>
        [...body.matchAll(/^ {2}type: typeof messageTypes\.(\w+);/gm)].map(([, type]) => ({
          path,
          name,
          type,
        }))
      )
    );
  assert(declared.length >= 15);
  const seen = new Map<string, string>();
  for (const { path, name, type } of declared) {
    assert(!seen.has(type), `"${type}" is both ${seen.get(type)} and ${name} (${path})`);
    seen.set(type, `${name} (${path})`);
  }
});

Deno.test("what the tests share is below them", () => {
  const wrong = files
    .filter(({ path }) => path.startsWith("tests/support/"))
    .flatMap((file) => localImports(file).map((target) => ({ file, target })))
    .filter(({ target }) => /^(tests\/(?!support\/|deps\.ts$)|examples\/|scripts\/)/.test(target))
    .map(({ file, target }) => `${file.path} -> ${target}`);
  assertEquals(wrong, []);
});

Deno.test("imports are written out, so that they can be read here", () => {
  for (const { path, text } of parts) {
    const computed = /\bimport\((?!\s*")/.exec(withoutComments(text));
    assert(computed === null, `${path} imports what it computes`);
  }
});

/** What a server is made of: it can be simulated, and says nothing but through its log. */
const serverParts = ["rpc", "actor", "log", "kvcommon", "kvclient", "kvserver", "resp", "http"];

Deno.test("clock, timers, randomness and network come into the parts of a server by arguments", () => {
  const edges =
    /\bDate\.now\b|\bperformance\b|\bset(?:Timeout|Interval)\b|\bMath\.random\b|(?<!node:)\bcrypto\b|\brandom(?:Bytes|Int|UUID)\b|\bDeno\.(?:connect|listen|serve)|"node:(?:net|dgram|timers)"/;
  const defaults = /\b(?:realEnvironment|tcpTransport|clientDialer)\b/;
  const users = (pattern: RegExp) =>
    parts.filter(({ path, text }) =>
      serverParts.includes(partOf(path)) && pattern.test(withoutComments(text))
    ).map(({ path }) => path).sort();
  assertEquals(users(edges), [
    "rpc/deno_stream.ts",
    "rpc/environment.ts",
    "rpc/native_hashes.ts",
    "rpc/node_tcp.ts",
    "rpc/node_tls.ts",
    "rpc/node_tls_listener.ts",
    "rpc/self_pipe.ts",
    "rpc/tcp.ts",
    "rpc/tls.ts",
    "rpc/web_socket.ts",
  ]);
  // The defaults of options, and the threads, to which no function can be posted.
  assertEquals(users(defaults), [
    "actor/actor_system.ts",
    "kvclient/client.ts",
    "kvclient/nearest_router.ts",
    "kvclient/router.ts",
    "kvclient/token_dialer.ts",
    "kvserver/disk/disk_worker.ts",
    "kvserver/server_options.ts",
    "kvserver/thread/transport_of.ts",
    "kvserver/thread/worker.ts",
    "log/console_logger.ts",
    "rpc/client_dialer.ts",
    "rpc/environment.ts",
    "rpc/mod.ts",
    "rpc/tcp.ts",
    "rpc/tcp_dialer.ts",
  ]);
});

Deno.test("the simulator runs in a browser, and draws its chance and its time itself", () => {
  const edges =
    /\bDeno\.|\bDate\.now\b|\bperformance\b|\bset(?:Timeout|Interval)\b|\bMath\.random\b|\bcrypto\b|"node:/;
  const outside = parts.filter(({ path, text }) =>
    partOf(path) === "simulate" && edges.test(withoutComments(text))
  );
  assertEquals(outside.map(({ path }) => path), []);
});

Deno.test("the simulator loads no module that a browser has not", () => {
  const reached = new Set(
    files.map(({ path }) => path).filter((path) => partOf(path) === "simulate"),
  );
  for (const path of reached) {
    const text = withoutTypeImports(withoutLazyImports(files.find((it) => it.path === path)!.text));
    for (const target of localImports({ path, text })) reached.add(target);
    assertEquals(specifiers({ path, text }).filter((it) => it.startsWith("node:")), [], path);
  }
});

Deno.test("the parts that a server is made of print nothing: they have a log", () => {
  const silent = serverParts.filter((part) => part !== "log");
  const printing = parts.filter(({ path, text }) =>
    silent.includes(partOf(path)) &&
    /\bconsole\b|\bDeno\.(stdout|stderr)\b|\bprocess\.(stdout|stderr)\b/.test(withoutComments(text))
  );
  assertEquals(printing.map(({ path }) => path), []);
});

Deno.test("imports form no cycles between files", () => {
  const importsOf = new Map(files.map((file) => [file.path, localImports(file)]));
  const done = new Set<string>();
  const visit = (path: string, trail: string[]) => {
    assert(!trail.includes(path), `a cycle: ${[...trail, path].join(" -> ")}`);
    if (done.has(path)) return;
    for (const target of importsOf.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of importsOf.keys()) visit(path, []);
});

Deno.test("a query from the command line loads neither server, game nor benchmarks", () => {
  // What is imported from inside a function is loaded when that is called.
  const loaded = new Set<string>();
  const load = (path: string) => {
    if (loaded.has(path)) return;
    loaded.add(path);
    const file = files.find((file) => file.path === path);
    assert(
      file !== undefined,
      `${path} is loaded at start: no JSON may be (see app/cli/version.ts)`,
    );
    for (const target of localImports({ path, text: withoutLazyImports(file.text) })) load(target);
  };
  for (const path of ["main.ts", "app/commands/run_kv.ts"]) load(path);
  assert(loaded.has("kvclient/client.ts"));
  const tooMuch = /^(actor|bench|http|kvserver|app\/game)\/|kv_shell|suggest/;
  assertEquals([...loaded].filter((path) => tooMuch.test(path)), []);
  assertEquals(specifiers({ path: "deps.ts", text: withoutLazyImports(read("deps.ts")) }), []);
});

Deno.test("imports name files that are there, with their extension", () => {
  const data = ["deno.json", "app/game/world/campus.json"];
  const paths = new Set([...files.map(({ path }) => path), ...data]);
  for (const file of files) {
    for (const target of localImports(file)) assert(paths.has(target), `${file.path} -> ${target}`);
  }
});

Deno.test("packages are named by deps.ts alone", () => {
  const wrong: string[] = [];
  for (const file of files) {
    if (packageFiles.includes(file.path)) continue;
    for (const specifier of specifiers(file)) {
      const isLocal = /^\.\.?\//.test(specifier) || specifier.startsWith("node:");
      if (!isLocal) wrong.push(`${file.path} -> ${specifier}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("every package of deno.json is used by a deps.ts", () => {
  const { imports } = JSON.parse(read("deno.json"));
  const pages = ["http/page/deps.js", "app/doors/web/page/deps.js"]
    .map((path) => ({ path, text: read(path) }));
  const naming = [...files.filter(({ path }) => packageFiles.includes(path)), ...pages];
  const used = new Set(naming.flatMap(specifiers));
  assertEquals(Object.keys(imports).filter((name) => !used.has(name)), []);
});

Deno.test("every mod.ts opens with its @module doc and an example", () => {
  const modules = parts.filter(({ path }) => path.endsWith("/mod.ts"));
  assert(modules.length >= 5);
  for (const { path, text } of modules) {
    const [doc] = /^\/\*\*[^]*?\*\//.exec(text) ?? [""];
    assert(doc.includes("@module"), `${path} has no @module doc`);
    assert(/```ts\n[^]*import [^]*```/.test(doc), `${path} has no example that can run`);
  }
});

Deno.test("every export has a doc comment", () => {
  const undocumented: string[] = [];
  for (const { path, text } of parts.filter(({ path }) => !leaves.includes(path))) {
    const lines = text.split("\n");
    lines.forEach((line, i) => {
      const declared =
        /^export (?:abstract |async |default )*(?:class|const|enum|function\*?|interface|let|type) (\w+)/
          .exec(line);
      if (declared === null) return;
      let above = i - 1;
      while (/^\/\/ (deno-lint-ignore|@ts-)/.test(lines[above])) above--;
      if (!lines[above]?.endsWith("*/")) undocumented.push(`${path}: ${declared[1]}`);
    });
  }
  assertEquals(undocumented, []);
});

/** The first folder of a path, or the file's name when it is in none. */
function partOf(path: string): string {
  return path.split("/")[0];
}

/** The folder in `around` where a file is; `undefined` when it is outside, or not in a folder. */
function folderIn(around: string, path: string): string | undefined {
  if (!path.startsWith(`${around}/`)) return undefined;
  const below = path.slice(around.length + 1).split("/");
  return below.length > 1 ? below[0] : undefined;
}

/** The files of this repository that a file imports. */
function localImports(file: SourceFile): string[] {
  return specifiers(file)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => new URL(specifier, new URL(file.path, root)).href.slice(root.href.length));
}

/** Whatever a file imports or re-exports, types and workers included. */
function specifiers({ text }: SourceFile): string[] {
  const code = withoutComments(text);
  const found: string[] = [];
  const patterns = [
    /^(?:import|export)\b[^;"'`]*?\bfrom\s*"([^"]+)"/gm,
    /^import\s*"([^"]+)"/gm,
    /\bimport\(\s*"([^"]+)"/g,
    /\bnew URL\(\s*"(\.{1,2}\/[^"]+\.ts)",\s*import\.meta\.url\)/g,
  ];
  for (const pattern of patterns) for (const match of code.matchAll(pattern)) found.push(match[1]);
  return found;
}

function withoutTypeImports(text: string): string {
  return text.replace(/^(?:import|export) type\b[^;]*;/gm, "");
}

function withoutLazyImports(text: string): string {
  return text.replace(/\bimport\(/g, "");
}

/** Comments stand at the beginnings of lines here, so that strings need not be told from them. */
function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[^]*?\*\//gm, "").replace(/^\s*\/\/.*$/gm, "");
}
