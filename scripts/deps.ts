/**
 * The third-party names that only the tools use, each loaded by the one that needs it.
 *
 * @module
 */

/** The TypeScript compiler. */
export const loadTypeScript = async () => (await import("typescript")).default;

/** Compresses as gzip as far as that goes. */
export const loadZopfli = (): Promise<typeof import("@gfx/zopfli")> => import("@gfx/zopfli");
