import {
  type Certified,
  makeAuthority,
  makeCertificate,
  type Validity,
} from "../cert/authority.ts";
import type { Invocation } from "../cli/command_spec.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { readTextIfThere, written } from "../cli/text_file.ts";
import { UsageError } from "../cli/usage_error.ts";

const dayMs = 86_400_000;

/** The CA is good for as long as its certificates are renewed. */
const authorityDays = 3_650;

/** Clocks of other machines may be behind. */
const earlierMs = 3_600_000;

/** `cmud cert` */
export async function runCert({ options, arguments: words, console }: Invocation): Promise<number> {
  const hosts = words.map((word) => namesFrom(word!));
  const directory = options.dir as string | undefined ?? ".";
  const nowMs = Date.now();
  await make(directory);
  const authority = await authorityIn(directory, nowMs);
  for (const names of hosts) {
    const validity = validFrom(nowMs, options.days as number | undefined ?? 365);
    const made = await certify(authority, names, validity, directory);
    const path = `${directory}/${names[0]}`;
    await write(`${path}.key`, made.key, 0o600);
    await write(`${path}.pem`, made.cert, 0o644);
    console.out(`${path}.pem\n${path}.key\n`);
  }
  return exitCodes.ok;
}

/** @throws {UsageError} when one of them can be none of a host. */
function namesFrom(word: string): string[] {
  const names = word.split(",");
  const isHost = /^([\w-]+(\.[\w-]+)*|[0-9a-f:]*:[0-9a-f:.]*)$/i;
  for (const name of names) {
    if (isHost.test(name) && name !== "ca") continue;
    throw new UsageError(
      `Cannot make a certificate for ${JSON.stringify(name)}: allowed are names and addresses of ` +
        "hosts, without ports",
    );
  }
  return names;
}

async function authorityIn(directory: string, nowMs: number): Promise<Certified> {
  const [cert, key] = await Promise.all(
    ["ca.pem", "ca.key"].map((name) => readTextIfThere(`${directory}/${name}`)),
  );
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert !== undefined || key !== undefined) {
    throw new UsageError(
      `Cannot use the CA in ${directory}: of ca.pem and ca.key there is one alone. Whoever has both ` +
        "can make certificates; another CA is made in another directory",
    );
  }
  const made = await makeAuthority("CMUD CA", validFrom(nowMs, authorityDays));
  await write(`${directory}/ca.key`, made.key, 0o600);
  await write(`${directory}/ca.pem`, made.cert, 0o644);
  return made;
}

async function certify(
  authority: Certified,
  names: readonly string[],
  validity: Validity,
  directory: string,
): Promise<Certified> {
  try {
    return await makeCertificate(authority, names, validity);
  } catch (cause) {
    throw new UsageError(`Cannot use the CA in ${directory}: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function validFrom(nowMs: number, days: number): Validity {
  return { fromMs: nowMs - earlierMs, untilMs: nowMs + days * dayMs };
}

async function make(directory: string): Promise<void> {
  try {
    await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new UsageError(`Cannot make ${directory}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * In one step, because a server may be reading it, and into a file of one's own: a link, or a file that others
 * may read, is replaced.
 */
async function write(path: string, text: string, mode: number): Promise<void> {
  const part = `${path}.new`;
  await written(path, async () => {
    await Deno.remove(part).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    await Deno.writeTextFile(part, text, { mode, createNew: true });
    await Deno.rename(part, path);
  });
}
