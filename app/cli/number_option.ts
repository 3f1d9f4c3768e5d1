import { UsageError } from "./usage_error.ts";

/** A parser of option values that are integers from `min` to `max`. */
export function integerFrom(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new UsageError(`Allowed is an integer from ${min} to ${max}.`);
  };
}

/** A parser of option values that are numbers above `min`, up to `max`. */
export function numberFrom(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && value > min && value <= max) return value;
    throw new UsageError(`Allowed is a number above ${min}, up to ${max}.`);
  };
}

/** A parser of several such values with commas between them. */
export function severalOf<T>(parse: (text: string) => T): (text: string) => T[] {
  return (text) => text.split(",").map(parse);
}
