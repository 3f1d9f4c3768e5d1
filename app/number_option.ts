import { UsageError } from "./usage_error.ts";

/** A parser of option values that are integers from `min` to `max`. */
export function integerFrom(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new UsageError(`Allowed is an integer from ${min} to ${max}.`);
  };
}
