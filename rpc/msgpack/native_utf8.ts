/** Says whether bytes are UTF-8. */
export type Utf8Check = (bytes: Uint8Array) => boolean;

/** The globals of a runtime, as far as they matter here. */
export interface Runtime {
  /** Where it has the modules of Node. */
  readonly process?: {
    getBuiltinModule?(name: string): { readonly isUtf8?: Utf8Check } | undefined;
  };
}

/**
 * The check of `node:buffer`, which Deno and Node have, and a browser has not. Asked for and not imported,
 * because a bundle for a browser must not name a module that is not there.
 */
export function nativeUtf8Check(runtime: Runtime): Utf8Check | undefined {
  return runtime.process?.getBuiltinModule?.("node:buffer")?.isUtf8;
}
