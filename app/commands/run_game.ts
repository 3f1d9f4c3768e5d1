import { doorLimits } from "../../limits.ts";
import { escapeControl, escapedJson, realEnvironment } from "../../rpc/mod.ts";
import type { Invocation } from "../cli/command_spec.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { UsageError } from "../cli/usage_error.ts";
import { withClient } from "../cli/with_client.ts";
import type { Scope } from "../backup/scope.ts";
import {
  announcementsPrefix,
  gamePrefixes,
  Keeping,
  type Measure,
  Owners,
  rename,
  type RenamingStore,
} from "../doors/mod.ts";
import { runBackup, runRestore } from "./run_backup.ts";

/** Lays a measure down, or takes it back. */
export function runMeasure(measure: Measure, invocation: Invocation): Promise<number> {
  const [typed] = invocation.arguments as string[];
  const { why = "", undo = false } = invocation.options as { why?: string; undo?: boolean };
  expectShort(why);
  return keep(invocation, async ({ keeping, store }) => {
    const character = await new Owners(store).character(typed);
    const name = character ?? typed;
    await keeping.measure(measure, name, !undo, why);
    const done = undo ? `un${measure}` : measure;
    const nobody = character === undefined ? ", a name that nobody has" : "";
    return { act: done, name, line: `${done}: ${name}${nobody}` };
  });
}

/** Says something to all. */
export function runAnnounce(invocation: Invocation): Promise<number> {
  const words = invocation.arguments.join(" ");
  expectShort(words);
  return keep(invocation, async ({ keeping }) => {
    await keeping.announce(words);
    return { act: "announce", line: "It is said." };
  });
}

/** Gives a character another name. */
export function runRename(invocation: Invocation): Promise<number> {
  const [from, to] = invocation.arguments as string[];
  return keep(invocation, async ({ keeping, store }) => {
    const refusal = await rename(store, keeping, from, to.normalize("NFC"));
    if (refusal === "absent") throw new UsageError(`Cannot rename ${from}: nobody is called so`);
    if (refusal === "taken") throw new UsageError(`Cannot rename ${from}: ${to} is taken`);
    if (refusal === "name") {
      throw new UsageError(
        `Cannot rename ${from}: ${
          JSON.stringify(to)
        } is no name, allowed is one word of letters of ` +
          "one alphabet, digits, - and _",
      );
    }
    return { act: "rename", name: from, line: `${from} is called ${to} now.` };
  });
}

/** Gives a player another password. */
export function runResetPassword(invocation: Invocation): Promise<number> {
  const [typed] = invocation.arguments as string[];
  return keep(invocation, async ({ keeping, store }) => {
    const owners = new Owners(store);
    const name = await owners.character(typed);
    if (name === undefined) {
      throw new UsageError(`Cannot reset the password of ${typed}: nobody is called so`);
    }
    const password = realEnvironment.hex64();
    await owners.reset(name, password);
    await keeping.noted("reset-password", name, "");
    return { act: "reset-password", name, password, line: password };
  });
}

/** Says whether who has the program plays without a door. */
export function runDirect(invocation: Invocation): Promise<number> {
  const [answer] = invocation.arguments as string[];
  return keep(invocation, async ({ keeping }) => {
    await keeping.allowDirect(answer === "yes");
    return { act: "direct", line: `Who has the program plays without a door: ${answer}` };
  });
}

/** Tells which term it is, or ends it. */
export function runTerm(invocation: Invocation): Promise<number> {
  const [step] = invocation.arguments;
  return keep(invocation, async ({ keeping }) => {
    const term = step === "next" ? await keeping.nextTerm() : await keeping.term();
    if (term === undefined) return { act: "term", line: "No term has begun: nobody has enrolled." };
    const [began, ends] = [term.beganMs, term.endsMs].map((ms) => new Date(ms).toISOString());
    const { number } = term;
    return { act: "term", number, began, ends, line: `Term ${number}, from ${began} to ${ends}` };
  });
}

/** What of a store is the game. */
const gameScope: Scope = { name: "the game", prefixes: gamePrefixes };

/** Keeps a copy of the game. */
export function runGameBackup(invocation: Invocation): Promise<number> {
  return runBackup(invocation, gameScope);
}

/** Brings the game back. */
export async function runGameRestore(invocation: Invocation): Promise<number> {
  const { arguments: [place], options } = invocation;
  const code = await runRestore(invocation, gameScope);
  if (options.list) return code;
  // Behind what is restored, which has an audit log of its own.
  return await withKeeping(invocation, async ({ keeping }) => {
    await keeping.noted("restore", "", place!.slice(0, doorLimits.ruleCharsMax));
    return code;
  });
}

/** Prints the audit log. */
export function runLog(invocation: Invocation): Promise<number> {
  const { console, options } = invocation;
  return withKeeping(invocation, async ({ keeping }) => {
    for (const record of await keeping.audit()) {
      const { at, by, act, name, why } = record;
      const line = [new Date(at).toISOString(), by, act, name, why].filter((text) => text !== "");
      console.out(
        options.json ? `${escapedJson(record)}\n` : `${escapeControl(line.join("  "))}\n`,
      );
    }
    return exitCodes.ok;
  });
}

interface Kept {
  readonly keeping: Keeping;
  readonly store: RenamingStore;
}

/** What was done, as it is printed: as JSON without its line. */
interface Done {
  readonly act: string;
  readonly line: string;
}

function keep(invocation: Invocation, act: (kept: Kept) => Promise<Done>): Promise<number> {
  const { console, options } = invocation;
  return withKeeping(invocation, async (kept) => {
    const { line, ...done } = await act(kept);
    console.out(options.json ? `${escapedJson(done)}\n` : `${escapeControl(line)}\n`);
    return exitCodes.ok;
  });
}

function withKeeping(
  invocation: Invocation,
  use: (kept: Kept) => Promise<number>,
): Promise<number> {
  const { by = "admin" } = invocation.options as { by?: string };
  expectShort(by);
  return withClient(invocation, (client) => {
    // Whoever writes text finds text; bytes in its place are nothing of the game's.
    const store: RenamingStore = {
      get: (key) => client.get<string>(key),
      put: (key, value) => {
        const isPassing = key.startsWith(announcementsPrefix);
        return client.put(key, value, isPassing ? { ttlMs: doorLimits.announcementMs } : {});
      },
      list: (prefix) => client.list<string>(prefix),
      delete: (key) => client.delete(key),
    };
    return use({ keeping: new Keeping(store, realEnvironment, by), store });
  });
}

function expectShort(text: string): void {
  if (text.length <= doorLimits.ruleCharsMax) return;
  throw new UsageError(
    `Cannot write that down: it has ${text.length} characters, allowed are ${doorLimits.ruleCharsMax}`,
  );
}
