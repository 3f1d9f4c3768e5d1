/**
 * The program's version, which `deno.json` has too. It is not read from there: a compiled program
 * that imports JSON as it starts never gets to keep its compiled code.
 */
export const version = "0.1.0";
