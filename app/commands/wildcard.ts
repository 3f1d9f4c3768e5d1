/** All spellings of the address that is none. */
const wildcard = /^(\[?::ffff:)?[[\]0x.:*]*$/i;

/** Whether a host is the address that is none: nobody can be told to connect there. */
export function isWildcard(host: string): boolean {
  return wildcard.test(host);
}
