/**
 * Checks an answer to an exercise of the course.
 *
 *     deno task course 5 mine.ts
 *
 * @module
 */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { refuse } from "../../scripts/refuse.ts";
import { answerMsMax, judge } from "./judge.ts";
import { checks } from "./checks/mod.ts";

const [chapter, file, ...others] = Deno.args;
const chapters = Object.keys(checks);
if (!chapters.includes(chapter) || file === undefined || others.length > 0) {
  refuse(
    "Cannot check that: allowed is deno task course CHAPTER FILE, and chapters that ask for code " +
      `are ${chapters.join(", ")}`,
  );
}
try {
  Deno.statSync(file);
} catch (error) {
  refuse(`Cannot read ${file}: ${(error as Error).message}`);
}
const wrong = await judge(Number(chapter), pathToFileURL(resolve(file)).href, answerMsMax);
console.log(wrong === undefined ? "Right." : `Not yet. ${wrong}`);
Deno.exit(wrong === undefined ? 0 : 1);
