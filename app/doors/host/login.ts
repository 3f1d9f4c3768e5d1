/**
 * Finding out who is at a door: a name, and the password of its owner.
 *
 * @module
 */

import { doorLimits } from "../../../limits.ts";
import { escapeControl } from "../../../rpc/mod.ts";
import { wrapped } from "../../cli/wrapped.ts";
import {
  aboutNames,
  badName,
  foldedName,
  isName,
  nameFrom,
  StoreFailure,
  title,
} from "../../game/mod.ts";
import type { HeldLines } from "../lines/held_lines.ts";
import type { Attempts } from "../names/attempts.ts";
import type { Owner, Owners } from "../names/owners.ts";
import { TooBusyError } from "../names/passwords.ts";
import * as text from "./login_text.ts";

/** What a login goes by. */
export interface LoginOptions {
  readonly lines: HeldLines;
  /** The host from which somebody comes. */
  readonly host: string;
  readonly owners: Owners;
  readonly attempts: Attempts;
  /** How many characters fit into a row of the player's; 0 where nobody knows. */
  columns(): number;
  /** Why the name may not come in; `undefined`: it may. */
  banOf(name: string): string | undefined;
}

/**
 * Asks until it is known who is there.
 *
 * @returns the name as it is written; `undefined` when the input ends, or the player is sent away.
 */
export async function login(options: LoginOptions): Promise<string | undefined> {
  const { lines } = options;
  say(options, title(), text.about, text.askName);
  for (;;) {
    const typed = await lines.readLine(text.namePrompt);
    if (typed === undefined || isFarewell(typed)) return undefined;
    const name = nameFrom(typed);
    if (name === "") continue;
    if (/^(?:help|\?)$/i.test(name)) say(options, ...aboutNames);
    else if (!isName(name)) say(options, ...badName(name));
    else {
      const admitted = await withStore(options, () => admit(options, name));
      if (admitted === "over") return undefined;
      if (admitted !== undefined) return admitted.name;
    }
  }
}

/** Somebody who is in; `"over"`: whoever it is has to go; `undefined`: another name is asked for. */
type Admitted = { readonly name: string } | "over" | undefined;

async function admit(options: LoginOptions, name: string): Promise<Admitted> {
  const { owners, banOf } = options;
  const why = banOf(name);
  if (why !== undefined) {
    say(options, text.banned(why));
    return "over";
  }
  const owner = await owners.find(name);
  return owner === undefined ? await enrol(options, name) : await recognize(options, owner);
}

async function recognize(options: LoginOptions, owner: Owner): Promise<Admitted> {
  const { lines, host, owners, attempts } = options;
  const folded = foldedName(owner.name);
  for (let tries = 0; tries < doorLimits.loginTriesMax; tries++) {
    const waitMs = attempts.waitMs(folded, host);
    if (waitMs > 0) return void say(options, text.waitForIt(waitMs));
    const typed = await askSecret(lines, text.passwordPrompt);
    if (typed === undefined) return "over";
    if (typed === "") return undefined;
    // Of many that are tried at once, most were not counted yet when this one was asked for.
    if (attempts.waitMs(folded, host) > 0) continue;
    if (typed.length <= doorLimits.passwordCharsMax && await owners.verify(owner, typed)) {
      attempts.right(folded, host);
      return owner;
    }
    attempts.wrong(folded, host);
    say(options, text.wrongPassword);
  }
  return "over";
}

async function enrol(options: LoginOptions, typed: string): Promise<Admitted> {
  const { owners } = options;
  const character = await owners.character(typed);
  const name = character ?? typed;
  say(options, character === undefined ? text.newName(name) : text.unclaimed(name));
  const password = await choosePassword(options);
  if (typeof password !== "object") return password;
  if (await owners.claim(name, password.typed)) return { name };
  say(options, text.claimedMeanwhile);
}

/** A password that was typed twice; what is there instead is as with `Admitted`. */
async function choosePassword(
  options: LoginOptions,
): Promise<{ typed: string } | "over" | undefined> {
  const { lines } = options;
  for (;;) {
    const typed = await askSecret(lines, text.newPasswordPrompt);
    if (typed === undefined) return "over";
    if (typed === "") return undefined;
    const { passwordCharsMin, passwordCharsMax } = doorLimits;
    if (typed.length < passwordCharsMin || typed.length > passwordCharsMax) {
      say(options, text.badPassword);
      continue;
    }
    const again = await askSecret(lines, text.againPrompt);
    if (again === undefined) return "over";
    if (again === typed) return { typed };
    say(options, text.differentPasswords);
  }
}

/** What is typed where nobody sees it; `undefined` at the end of the input, and for who leaves. */
async function askSecret(lines: HeldLines, prompt: string): Promise<string | undefined> {
  const typed = await lines.readSecret(prompt);
  const isShort = typed !== undefined && typed.length < doorLimits.passwordCharsMin;
  return isShort && isFarewell(typed) ? undefined : typed;
}

function isFarewell(typed: string): boolean {
  return /^\s*(?:quit|exit)\s*$/i.test(typed);
}

async function withStore(
  options: LoginOptions,
  act: () => Promise<Admitted>,
): Promise<Admitted> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof StoreFailure) say(options, text.storeAway);
    else if (error instanceof TooBusyError) say(options, text.tooBusy);
    else throw error;
  }
}

function say({ lines, columns }: LoginOptions, ...sentences: readonly string[]): void {
  const rows = sentences.flatMap((it) => wrapped(escapeControl(it), columns() || Infinity));
  lines.print(rows.map((row) => `${row}\n`).join(""));
}
