import { TempDirectory } from "./disk/temp_directory.ts";
import { missing } from "./needs.ts";
import { root } from "./repository.ts";

/** What Git says; `undefined`: there is no such thing, or no Git. */
function git(...args: string[]): string | undefined {
  if (missing("git") !== undefined) return undefined;
  const { success, stdout } = new Deno.Command("git", {
    args: ["-C", root.pathname, ...args],
    stderr: "null",
  }).outputSync();
  return success ? new TextDecoder().decode(stdout).trim() || undefined : undefined;
}

/** The newest commit that changed one of these files; `undefined` where that is this one, or nothing is known. */
export function lastChangeOf(paths: readonly string[]): string | undefined {
  const commit = git("log", "-1", "--format=%H", "--", ...paths);
  return commit === git("rev-parse", "HEAD") ? undefined : commit;
}

/** The newest commit of that subject; `undefined` in a clone that has no such history. */
export function commitOf(subject: string): string | undefined {
  return git("log", "-1", "--format=%H", "--fixed-strings", `--grep=${subject}`);
}

/** An earlier state of the repository, in a folder of its own. */
export class EarlierBuild implements Disposable {
  #directory = new TempDirectory();

  constructor(commit: string) {
    const { success } = new Deno.Command("bash", {
      args: [
        "-c",
        'set -o pipefail; git -C "$1" archive "$2" | tar -x -C "$3"',
        "bash",
        root.pathname,
        commit,
        this.#directory.path,
      ],
    }).outputSync();
    if (!success) throw new Error(`Cannot check ${commit} out`);
  }

  /** Where it is. */
  get root(): URL {
    return this.#directory.url;
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}
