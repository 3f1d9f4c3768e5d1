/**
 * Makes what a release consists of, in `dist`: an executable for each system, their checksums, and the
 * notes, which are what the changelog says of the version.
 *
 *     deno task release v0.1.0
 *
 * @module
 */

import { refuse } from "./refuse.ts";
import { checksumLine, compileArguments, releaseNotes, targets } from "./release_parts.ts";

const root = new URL("../", import.meta.url);
const dist = new URL("dist/", root);
const config = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));

/** @throws {Error} when a step fails. */
async function release(tag: string | undefined): Promise<void> {
  const allowed = `allowed is the tag of the version in deno.json, v${config.version}`;
  if (tag !== `v${config.version}`) refuse(`Cannot release ${tag ?? "without a tag"}: ${allowed}`);
  const changelog = Deno.readTextFileSync(new URL("CHANGELOG.md", root));
  const notes = releaseNotes(changelog, config.version);
  Deno.mkdirSync(dist, { recursive: true });
  Deno.writeTextFileSync(new URL("notes.md", dist), notes);
  let checksums = "";
  for (const target of targets) {
    const name = `cmud-${tag}-${target}${target.includes("windows") ? ".exe" : ""}`;
    await deno(compileArguments(config.tasks, target, `dist/${name}`));
    checksums += checksumLine(Deno.readFileSync(new URL(name, dist)), name);
  }
  Deno.writeTextFileSync(new URL("SHA256SUMS", dist), checksums);
}

async function deno(args: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), { args: [...args], cwd: root })
    .spawn().status;
  if (!success) throw new Error(`Cannot run deno ${args.join(" ")}`);
}

await release(Deno.args[0]);
