import { readLines } from "../../app/cli/lines.ts";
import { missing } from "../support/needs.ts";

const program = new URL("held_registry_program.ts", import.meta.url).pathname;

/**
 * A package registry that withholds what it knows of packages until it is released, and never the
 * packages: whoever asks it meets the slowest of networks.
 */
export class HeldRegistry implements AsyncDisposable {
  #child: Deno.ChildProcess;
  #lines: AsyncIterator<string | undefined>;
  #address = "";

  private constructor(upstream: string) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--no-config", "--allow-net", program, upstream],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#lines = readLines(this.#child.stdout, 1_000);
  }

  /** What is missing here for one, as `testUnless()` is told. */
  static async lacking(): Promise<string | undefined> {
    const lackingNpm = missing("npm");
    if (lackingNpm !== undefined) return lackingNpm;
    await using registry = new HeldRegistry(await upstream());
    return await registry.#nextLine() === "none" ? "network" : undefined;
  }

  /** Starts one. */
  static async start(): Promise<HeldRegistry> {
    const registry = new HeldRegistry(await upstream());
    registry.#address = await registry.#nextLine();
    return registry;
  }

  /** Where it is, with `http://` before and `/` behind. */
  get address(): string {
    return this.#address;
  }

  /** Tells all; resolves when everything that was asked is answered. */
  async release(): Promise<void> {
    await this.#child.stdin.close();
    while (await this.#nextLine() !== "quiet");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stdin.close().catch(() => {});
    try {
      this.#child.kill();
    } catch {
      // It has ended by itself.
    }
    while (!(await this.#lines.next()).done);
    await this.#child.status;
  }

  async #nextLine(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("The registry ended early");
    return value ?? "";
  }
}

/** The registry that npm asks here. */
async function upstream(): Promise<string> {
  const npm = new Deno.Command("npm", { args: ["config", "get", "registry"], stderr: "null" });
  return new TextDecoder().decode((await npm.output()).stdout).trim();
}
