import type { Answer } from "./answer.ts";

/** A file of a page: its path there, its name in the folder of the page, and its type. */
export type PageFile = readonly [path: string, name: string, type: string];

/** What a page needs is on its server alone; it may speak to that, and nobody may frame it. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
  "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/**
 * A page that was made, by path; where it was not, a line that says how it is.
 *
 * @param folder where it is
 * @param task that makes it
 */
export function pageFiles(
  files: readonly PageFile[],
  folder: URL,
  task: string,
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
      `The page was not made in this clone: \`${task}\` makes it, and it is shown after the next start. ` +
      "(`deno task server`, `deno task host` and the executable bring theirs along.)\n";
    return new Map([["/", { status: 404, body }]]);
  }
}
