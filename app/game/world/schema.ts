/**
 * Checks of plain data, for a world that somebody has written by hand: every fault is told with where it
 * is, what was found there, and what is allowed.
 *
 * @module
 */

import { didYouMean } from "../../cli/suggest.ts";
import { isVisible } from "../../cli/visible.ts";
import { grouped } from "../../cli/numbers.ts";
import { quotedCharsMax } from "./bounds.ts";

/**
 * Checks `value`, which stands at `path`, and adds what is wrong to `faults`. What it returns is well-formed
 * only if it has added nothing.
 */
export type Check<T> = (value: unknown, path: string, faults: string[]) => T;

/** What a check returns. */
export type Checked<C> = C extends Check<infer T> ? T : never;

/** A text of 1 to `charsMax` characters, none of which is a control character. */
export function text(charsMax: number): Check<string> {
  return (value, path, faults) => {
    const isText = typeof value === "string" && isVisible(value) && value.length <= charsMax &&
      !/\p{Cc}/u.test(value);
    if (!isText) fault(faults, path, value, `a text of 1 to ${charsMax} characters in one line`);
    return value as string;
  };
}

/** A text that is also matched by `pattern`, which `allowed` puts into words. */
export function word(pattern: RegExp, allowed: string): Check<string> {
  return (value, path, faults) => {
    if (typeof value !== "string" || !pattern.test(value)) fault(faults, path, value, allowed);
    return value as string;
  };
}

/** A whole number. */
export function whole(min: number, max: number): Check<number> {
  return (value, path, faults) => {
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
      fault(faults, path, value, `a whole number from ${grouped(min)} to ${grouped(max)}`);
    }
    return value as number;
  };
}

/** `true` or `false`. */
export const truth: Check<boolean> = (value, path, faults) => {
  if (typeof value !== "boolean") fault(faults, path, value, "true or false");
  return value as boolean;
};

/** One of a few words. */
export function oneOf<const T extends string>(words: readonly T[]): Check<T> {
  return (value, path, faults) => {
    if (!words.includes(value as T)) fault(faults, path, value, words.join(", "));
    return value as T;
  };
}

/** A list of `min` to `max` things. */
export function list<T>(check: Check<T>, min: number, max: number): Check<readonly T[]> {
  return (value, path, faults) => {
    if (!Array.isArray(value) || value.length < min || value.length > max) {
      fault(faults, path, value, `a list of ${min} to ${max}`);
      return [];
    }
    return value.map((each, index) => check(each, `${path}[${index}]`, faults));
  };
}

type Fields = Readonly<Record<string, Check<unknown>>>;

/** Fields that must be there, and those that may. */
export function fields<R extends Fields, O extends Fields>(
  required: R,
  optional: O,
): Check<
  & { readonly [F in keyof R]: Checked<R[F]> }
  & { readonly [F in keyof O]?: Checked<O[F]> }
> {
  const known = [...Object.keys(required), ...Object.keys(optional)];
  return (value, path, faults) => {
    const checked: Record<string, unknown> = {};
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      fault(faults, path, value, `an object with ${known.join(", ")}`);
      return checked as never;
    }
    const found = value as Record<string, unknown>;
    for (const name of Object.keys(found)) {
      if (known.includes(name)) continue;
      faults.push(
        `${below(path, name)}: found a field that is unknown${didYouMean(name, known)}, ` +
          `allowed are ${known.join(", ")}`,
      );
    }
    for (const [name, check] of Object.entries({ ...required, ...optional })) {
      if (Object.hasOwn(found, name)) {
        checked[name] = check(found[name], below(path, name), faults);
      } else if (Object.hasOwn(required, name)) {
        faults.push(`${below(path, name)}: found nothing, and it is needed`);
      }
    }
    return checked as never;
  };
}

/** Notes that `value` at `path` is not what is `allowed`. */
export function fault(faults: string[], path: string, value: unknown, allowed: string): void {
  faults.push(`${path || "the file"}: found ${shown(value)}, allowed is ${allowed}`);
}

function below(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function shown(value: unknown): string {
  if (typeof value === "string") {
    const isLong = value.length > quotedCharsMax;
    return JSON.stringify(isLong ? `${value.slice(0, quotedCharsMax)}...` : value);
  }
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
