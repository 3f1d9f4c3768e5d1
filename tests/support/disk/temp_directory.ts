import { pathToFileURL } from "node:url";

/** A directory that is gone afterwards. */
export class TempDirectory implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "cmud-test-" });

  /** The directory, as modules and pages are loaded from it. */
  get url(): URL {
    return pathToFileURL(`${this.path}/`);
  }

  /** Every file in it, with its bytes, by name. */
  files(): Map<string, Uint8Array> {
    const files = [...Deno.readDirSync(this.path)].filter(({ isFile }) => isFile);
    const names = files.map(({ name }) => name).sort();
    return new Map(names.map((name) => [name, Deno.readFileSync(`${this.path}/${name}`)]));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
