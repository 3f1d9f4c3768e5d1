import { parseArgs } from "node:util";

/**
 * The options of a tool that takes integers from 1 on, `--name N` each. Whatever else it is given ends
 * it with 64.
 *
 * @param fallbacks the options that there are, and what they are when they are not given: any integer
 */
export function integerOptions<Name extends string>(
  fallbacks: Record<Name, number>,
): Record<Name, number> {
  const names = Object.keys(fallbacks) as Name[];
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  try {
    const { values } = parseArgs({ args: Deno.args, options });
    return Object.fromEntries(
      names.map((name) => [name, integerOf(name, values[name], fallbacks[name])]),
    ) as Record<Name, number>;
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(64);
  }
}

function integerOf(name: string, given: string | undefined, fallback: number): number {
  if (given === undefined) return fallback;
  const value = Number(given);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`Cannot use ${given} for --${name}: allowed is an integer from 1 on`);
}
