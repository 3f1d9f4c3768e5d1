/** Ends a script that was called wrongly: with one line that says what is allowed, and 64. */
export function refuse(message: string): never {
  console.error(message);
  Deno.exit(64);
}
