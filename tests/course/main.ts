/**
 * Checks an answer to an exercise of the course.
 *
 *     deno task course 5 mine.ts
 *
 * @module
 */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { checks } from "./checks/mod.ts";

const [chapter, file] = Deno.args;
const check = checks[Number(chapter)];
if (check === undefined || file === undefined) {
  const chapters = Object.keys(checks).join(", ");
  console.error(`deno task course CHAPTER FILE: chapters that ask for code are ${chapters}`);
  Deno.exit(64);
}
try {
  check(await import(pathToFileURL(resolve(file)).href));
} catch (error) {
  console.log(`Not yet. ${(error as Error).message}`);
  Deno.exit(1);
}
console.log("Right.");
