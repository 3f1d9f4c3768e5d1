import type { Answer } from "./answer.ts";

/** The files of a page as `deno task page` makes it: the path of each, its name in the folder, and its type. */
const files = [
  ["/", "page.html", "text/html; charset=utf-8"],
  ["/page.css", "page.css", "text/css; charset=utf-8"],
  ["/page.js", "page.js", "text/javascript; charset=utf-8"],
] as const;

/** What a page needs is on its server alone; it may speak to that, and nobody may frame it. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
  "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/**
 * A page that was made, by path; where it was not, a line that says how it is.
 *
 * @param folder where it is
 */
export function pageFiles(folder: URL): ReadonlyMap<string, Answer> {
  const headers = { "Content-Security-Policy": policy };
  try {
    return new Map(
      files.map(([path, name, type]) => {
        const body = Deno.readTextFileSync(new URL(name, folder));
        return [path, { status: 200, type, body, headers }];
      }),
    );
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const body =
      "The page was not made in this clone: `deno task page` makes it, and it is shown after the next start. " +
      "(`deno task server`, `deno task host` and the executable bring theirs along.)\n";
    return new Map([["/", { status: 404, body }]]);
  }
}
