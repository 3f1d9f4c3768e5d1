import { loadZopfli } from "./deps.ts";

/**
 * Compresses a file as gzip, as far as that goes: it is made once, and fetched again and again. A twentieth less
 * than zlib makes of it, in about a second.
 */
export async function compressed(bytes: Uint8Array): Promise<Uint8Array> {
  const { gzipAsync } = await loadZopfli();
  return await gzipAsync(bytes, {});
}
