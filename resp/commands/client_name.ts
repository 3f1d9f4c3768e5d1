/** Characters of a name that a client gives itself, or its library. Redis has no bound. */
const nameCharsMax = 256;

/** What is said of a name that is not allowed. */
export const nameRefusal =
  "ERR Client names cannot contain spaces, newlines or special characters.";

/** Whether a client may call itself so. No name at all is one too. */
export function isNameAllowed(name: string): boolean {
  return name.length <= nameCharsMax && /^[!-~]*$/.test(name);
}
