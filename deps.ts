/**
 * The third-party names that the program uses; versions are pinned in `deno.json`.
 *
 * What only the tests use stands in `tests/deps.ts`, so that no test library is part of the program.
 *
 * @module
 */

import sortedBtree from "sorted-btree";

// The package is CommonJS: its default export arrives as a property of the module.
export const BTree = sortedBtree.default;

/** Line editing on a terminal, loaded when there is one. */
export async function loadReadline() {
  const [{ createInterface }, { stdin, stdout }] = await Promise.all([
    import("node:readline"),
    import("node:process"),
  ]);
  return { createInterface, stdin, stdout };
}

/** The command tree's library, loaded by the command line alone: a server's workers never need it. */
export const loadCommander = (): Promise<typeof import("commander")> => import("commander");

// @ts-types="./types/damerau_levenshtein.d.ts"
export { default as editDistance } from "damerau-levenshtein";
