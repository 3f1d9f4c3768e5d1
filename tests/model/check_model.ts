/** Bounds of a search, as the model names them. */
export interface ModelBounds {
  /** Writes of the one key, by all members. */
  writesMax: number;
  /** How often a member forgets another one. */
  forgottenMax: number;
  /** 1: a data directory may be put back old. */
  copiesMax: number;
  /** 1: a backup of another cluster may be restored. */
  restoredMax: number;
}

/** What a search found. */
export interface ModelResult {
  readonly states: number;
  /** The assertion that does not hold in some order of events; absent: all hold in every order. */
  readonly violated?: string;
  /** The events that lead there. */
  readonly story: string;
}

const model = new URL("../../docs/model/collection.pml", import.meta.url);

/** Deeper than any search was. */
const depthMax = 1_000_000;

/** The source of the model. */
export function readModel(): string {
  return Deno.readTextFileSync(model);
}

/**
 * Tries every order of events of a model, by spin and a C compiler.
 *
 * @param source of the model
 * @throws {Error} when one of the programs fails.
 */
export async function checkModel(source: string, bounds: ModelBounds): Promise<ModelResult> {
  const folder = await Deno.makeTempDir({ prefix: "cmud-model-" });
  try {
    await Deno.writeTextFile(`${folder}/model.pml`, source);
    const defines = Object.entries(bounds).map(([name, value]) => `-D${name}=${value}`);
    await run("spin", [...defines, "-a", "model.pml"], folder);
    const flags = ["-O2", "-w", "-DSAFETY", "-DCOLLAPSE", "-o", "pan", "pan.c"];
    await run("gcc", flags, folder);
    // Events that are not possible in a state are no fault of it (-E).
    const found = await run(`${folder}/pan`, ["-n", "-E", `-m${depthMax}`], folder);
    const states = Number(/([\d.e+]+) states, stored/.exec(found)?.[1]);
    if (!(states > 0) || /max search depth too small|out of memory/.test(found)) {
      throw new Error(`The search did not end:\n${found}`);
    }
    const [, violated] = /assertion violated (.*) \(at depth/.exec(found) ?? [];
    if (violated === undefined) return { states, story: "" };
    return { states, violated, story: await run("spin", ["-t", "-p", "-g", "model.pml"], folder) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** @returns what the program printed. @throws {Error} when it fails. */
async function run(program: string, args: string[], cwd: string): Promise<string> {
  const command = new Deno.Command(program, { args, cwd, stdout: "piped", stderr: "piped" });
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`${program} failed:\n${text}${new TextDecoder().decode(stderr)}`);
  return text;
}
