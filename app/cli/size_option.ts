import { UsageError } from "./usage_error.ts";

const units = ["", "K", "M", "G", "T"];

/**
 * A parser of option values that are sizes, as `512MiB`, `2G` or `1.5GiB`: a letter stands for a power of
 * 1,024, without one it is bytes.
 */
export function sizeFrom(minBytes: number): (text: string) => number {
  return (text) => {
    const [, digits, letter] = /^(\d+(?:\.\d+)?)(?:([KMGT])(?:iB)?)?$/i.exec(text) ?? [];
    const bytes = Math.floor(Number(digits) * 1024 ** units.indexOf((letter ?? "").toUpperCase()));
    if (bytes >= minBytes && bytes <= Number.MAX_SAFE_INTEGER) return bytes;
    const [, decimal] = /^(\d+(?:\.\d+)?[KMGT])B$/i.exec(text) ?? [];
    const examples = decimal === undefined ? "512MiB or 2G" : `${decimal.toUpperCase()}iB`;
    throw new UsageError(
      `Allowed is a size from ${
        sizeText(minBytes)
      } on: a number of bytes, or with KiB, MiB, GiB, TiB ` +
        `or K, M, G, T for powers of 1,024, as ${examples}.`,
    );
  };
}

/** A size in its greatest whole unit. */
function sizeText(bytes: number): string {
  let unit = 0;
  for (; bytes >= 1024 && bytes % 1024 === 0; unit++) bytes /= 1024;
  return unit === 0 ? `${bytes} bytes` : `${bytes} ${units[unit]}iB`;
}
