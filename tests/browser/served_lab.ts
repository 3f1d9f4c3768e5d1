import { buildExercises } from "../../scripts/build_exercises.ts";
import { buildLab } from "../../scripts/build_lab.ts";
import { serveLab } from "../../scripts/serve_lab.ts";
import type { Exercise } from "../../simulate/mod.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

/** The laboratory, made from this clone, and served to this machine. */
export class ServedLab implements AsyncDisposable {
  readonly #directory: TempDirectory;
  readonly #server: ReturnType<typeof serveLab>;

  private constructor(directory: TempDirectory, server: ReturnType<typeof serveLab>) {
    this.#directory = directory;
    this.#server = server;
  }

  /**
   * Makes it, and serves it at a free port.
   *
   * @param options.exercises those that it has. Default: none
   * @param options.cluster the HTTP port of a server that it may look at
   */
  static async start(
    { exercises = [], cluster }: { exercises?: readonly Exercise[]; cluster?: string } = {},
  ): Promise<ServedLab> {
    const directory = new TempDirectory();
    await buildLab(directory.path);
    if (exercises.length > 0) await buildExercises(directory.path, exercises);
    return new ServedLab(directory, serveLab(directory.path, 0, cluster));
  }

  /** Where the page is. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    this.#directory[Symbol.dispose]();
  }
}
