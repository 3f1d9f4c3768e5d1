import type { Answer } from "./answer.ts";

/** What the page needs is on its server alone. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
  "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Files of the page as `deno task page` makes it, by path. */
const files = [
  ["/", "page.html", "text/html; charset=utf-8"],
  ["/page.css", "page.css", "text/css; charset=utf-8"],
  ["/page.js", "page.js", "text/javascript; charset=utf-8"],
] as const;

/**
 * The page of a server, by path; where it was not made, a line that says so.
 *
 * @param folder where it is
 */
export function livePage(
  folder: URL = new URL("page/built/", import.meta.url),
): ReadonlyMap<string, Answer> {
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
      "The page was not made in this clone: `deno task page` makes it, and the server shows it " +
      "when it is started again. (`deno task server` and the executable bring it along.)\n";
    return new Map([["/", { status: 404, body }]]);
  }
}
