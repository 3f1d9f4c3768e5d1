import { isTokenHash, type Role, roles, type TokenEntry } from "../../access/mod.ts";
import { loadToml } from "../../deps.ts";
import { accessLimits, wireLimits } from "../../limits.ts";
import { didYouMean } from "../cli/suggest.ts";
import { readText } from "../cli/text_file.ts";
import { UsageError } from "../cli/usage_error.ts";

const fields = ["name", "hash", "role", "prefixes"];

/** The tokens of an auth file. @throws {UsageError} when it cannot be used. */
export async function readAuthFile(path: string): Promise<TokenEntry[]> {
  return await parseAuthFile(await readText(path), path);
}

/**
 * The tokens of the text of an auth file. An error tells nothing of the text but names: somebody may have
 * put a token where its hash belongs.
 *
 * @param path of the file, for errors
 * @throws {UsageError} when it is no TOML, or has something in it that is not allowed.
 */
export async function parseAuthFile(text: string, path: string): Promise<TokenEntry[]> {
  const { parse } = await loadToml();
  let table: Record<string, unknown>;
  try {
    table = parse(text);
  } catch (cause) {
    // What the library says of it shows the line behind the first one.
    const { message, line } = cause as Error & { line?: number };
    throw new UsageError(`Cannot use ${path}: line ${line}: ${message.split("\n")[0]}`);
  }
  expectKeys(table, ["token"], path);
  const tokens = table.token ?? [];
  if (!Array.isArray(tokens) || !tokens.every(isTable)) {
    throw new UsageError(`Cannot use ${path}: allowed are tables [[token]], one for each`);
  }
  // Nobody would get in: that is what is left of a file that is just being written.
  if (tokens.length === 0) throw new UsageError(`Cannot use ${path}: it has no [[token]]`);
  const { tokensMax } = accessLimits;
  if (tokens.length > tokensMax) {
    throw new UsageError(
      `Cannot use ${path}: found ${tokens.length} tokens, allowed are ${tokensMax}`,
    );
  }
  const entries = tokens.map((token, i) => entryOf(token, `token ${i + 1} in ${path}`));
  expectDistinct(entries.map(({ name }) => name), "name", path);
  expectDistinct(entries.map(({ hash }) => hash), "hash", path);
  return entries;
}

/** The text of an entry, as it is added to an auth file. */
export async function entryText({ name, hash, role, prefixes }: TokenEntry): Promise<string> {
  const { stringify } = await loadToml();
  const token = { name, hash, role, ...(prefixes.length === 0 ? {} : { prefixes }) };
  return `${stringify({ token: [token] }).trim()}\n`;
}

/** The entry that a table is. @param where it stands, for errors */
function entryOf(table: Record<string, unknown>, where: string): TokenEntry {
  expectKeys(table, fields, where);
  const { name, hash, role, prefixes = [] } = table;
  if (typeof name !== "string") throw new UsageError(`Cannot use ${where}: it has no name`);
  const named = `the token ${JSON.stringify(name)} of ${where.replace(/^.* in /, "")}`;
  try {
    if (typeof hash !== "string" || !isTokenHash(hash)) {
      throw new UsageError(
        "Its hash is none. Allowed is sha256: and 64 hexadecimal digits, as cmud token new prints it.",
      );
    }
    return {
      name: tokenNameFrom(name),
      hash,
      role: roleFrom(role),
      prefixes: prefixesFrom(prefixes, role as Role),
    };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`Cannot use ${named}: ${error.message}`, { cause: error });
  }
}

/** Checks the name of a token. @throws {UsageError} when it is none. */
export function tokenNameFrom(name: string): string {
  const { tokenNameCharsMax } = accessLimits;
  const isName = /^[\w.@-]+$/.test(name) && name.length <= tokenNameCharsMax;
  // Redis clients say so when they mean no name.
  if (isName && name !== "default") return name;
  throw new UsageError(
    'Allowed as a name are letters, digits, "_", ".", "@" and "-", up to ' +
      `${tokenNameCharsMax}, and not "default".`,
  );
}

/** Checks a role. @throws {UsageError} when it is none. */
export function roleFrom(role: unknown): Role {
  if ((roles as readonly unknown[]).includes(role)) return role as Role;
  const suggestion = typeof role === "string" ? didYouMean(role, roles) : "";
  throw new UsageError(`Allowed as a role are ${roles.join(", ")}${suggestion}.`);
}

/** Checks the prefixes of a token of that role. @throws {UsageError} when they are not allowed. */
export function prefixesFrom(prefixes: unknown, role: Role): string[] {
  if (!Array.isArray(prefixes) || !prefixes.every((prefix) => typeof prefix === "string")) {
    throw new UsageError("Its prefixes are no list of texts.");
  }
  if (prefixes.length > 0 && role !== "read" && role !== "write") {
    throw new UsageError("Prefixes limit the roles read and write alone.");
  }
  const { prefixesMax } = accessLimits;
  if (prefixes.length > prefixesMax) {
    throw new UsageError(`It has ${prefixes.length} prefixes, allowed are ${prefixesMax}.`);
  }
  const { keyBytesMax } = wireLimits;
  for (const prefix of prefixes) {
    const { length } = new TextEncoder().encode(prefix);
    if (length === 0 || length > keyBytesMax || !prefix.isWellFormed()) {
      throw new UsageError(`Allowed as a prefix is text of 1 to ${keyBytesMax} bytes.`);
    }
  }
  return prefixes;
}

function expectKeys(
  table: Record<string, unknown>,
  allowed: readonly string[],
  where: string,
): void {
  const unknown = Object.keys(table).find((key) => !allowed.includes(key));
  if (unknown === undefined) return;
  throw new UsageError(
    `Cannot use ${where}: unknown key ${JSON.stringify(unknown)}${didYouMean(unknown, allowed)}`,
  );
}

function expectDistinct(texts: readonly string[], what: string, path: string): void {
  const i = texts.findIndex((text, i) => texts.indexOf(text) < i);
  if (i < 0) return;
  throw new UsageError(`Cannot use ${path}: token ${i + 1} has the ${what} of an earlier one`);
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Date);
}
