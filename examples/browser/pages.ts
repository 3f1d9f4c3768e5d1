import { createHash } from "node:crypto";
import type { Answer } from "../../http/mod.ts";

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
};

/** What the page needs is on its server alone: its style, its WebSocket, its scripts, and what they are called. */
function policyOf(page: string): string {
  const [, importMap] = /<script type="importmap">([^]*?)<\/script>/.exec(page)!;
  const hash = createHash("sha256").update(importMap).digest("base64");
  return `default-src 'none'; script-src 'self' 'sha256-${hash}'; style-src 'self'; ` +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

/**
 * The page and the client's modules that it imports, by path.
 *
 * @param client the folder of the client's npm package, which `deno task npm` makes
 */
export function pages(client: string): ReadonlyMap<string, Answer> {
  const here = new URL(".", import.meta.url);
  return new Map([
    ["/", withPolicy(answerOf(new URL("page.html", here)))],
    ["/page.css", answerOf(new URL("page.css", here))],
    ["/page.js", answerOf(new URL("page.js", here))],
    ...modulesIn(client, "/client"),
  ]);
}

/** The modules in a folder and below it. */
function modulesIn(folder: string, path: string): [string, Answer][] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }): [string, Answer][] => {
    const [file, under] = [`${folder}/${name}`, `${path}/${name}`];
    if (isDirectory) return modulesIn(file, under);
    return name.endsWith(".js") ? [[under, answerOf(file)]] : [];
  });
}

function answerOf(file: string | URL): Answer {
  const [extension] = /[a-z]+$/.exec(String(file))!;
  return { status: 200, type: types[extension], body: Deno.readTextFileSync(file) };
}

function withPolicy(page: Answer): Answer {
  return { ...page, headers: { "Content-Security-Policy": policyOf(page.body) } };
}
