/**
 * The third-party names that only the tools use.
 *
 * Their versions are pinned here and not in `deno.json`, because whatever that names is fetched before
 * the program runs for the first time, and the compiler is larger than all the rest.
 *
 * @module
 */

/** The TypeScript compiler. */
// deno-lint-ignore no-import-prefix
export { default as ts } from "npm:typescript@5.9.3";
