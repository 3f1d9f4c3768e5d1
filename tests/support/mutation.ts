/**
 * Imports a module with one change somewhere in what it imports: to see that a test would notice.
 *
 * @module
 */

import { edited, type SourceEdit } from "../../simulate/exercises/source_edit.ts";

/** A change of the source of one file. */
export type Mutant = SourceEdit;

const type = "application/typescript";

const root = new URL("../../", import.meta.url);

/**
 * Imports `entry` (relative to the root of the project) anew, with `mutant` in its place. All that
 * stands between the two is inlined as `blob:` URLs; nothing is written to disk.
 *
 * @throws {Error} when it is the limits that are to be changed: they can be injected.
 */
// deno-lint-ignore no-explicit-any -- the caller knows what the module exports
export async function importMutated(entry: string, mutant: Mutant): Promise<any> {
  const mutated = new URL(mutant.file, root).href;
  if (mutated === new URL("limits.ts", root).href) {
    throw new Error("Cannot change limits.ts: give an environment what withLimits makes");
  }
  const inlined = new Map<string, Promise<string>>();

  /** The URL to import `module` from: its own, or that of the inlined source if it has changed. */
  function inline(module: string): Promise<string> {
    if (!inlined.has(module)) inlined.set(module, inlineAnew(module));
    return inlined.get(module)!;
  }

  async function inlineAnew(module: string): Promise<string> {
    let source = await Deno.readTextFile(new URL(module));
    let changed = module === mutated;
    if (changed) source = edited(mutant, source);
    // Not those in the examples of docs, where a module imports itself.
    const imports = /^((?:import|export)\b[^;"]* from )"(\.[^"]+)"/gm;
    for (const [whole, head, specifier] of source.matchAll(imports)) {
      const imported = new URL(specifier, module).href;
      // Types are left out before it runs, and modules may import each other's.
      const url = /^(import|export) type /.test(head) ? imported : await inline(imported);
      changed ||= url !== imported;
      source = source.replace(whole, () => `${head}"${url}"`);
    }
    return changed ? URL.createObjectURL(new Blob([source], { type })) : module;
  }

  return await import(await inline(new URL(entry, root).href));
}
