/**
 * Whether a text has the form of a token. Only such ones are known to be hard to guess, so one round of
 * a hash protects them; what people choose themselves would need a slow one.
 */
export function isToken(text: string): boolean {
  return /^cmud_[A-Za-z0-9_-]{43}$/.test(text);
}

/** Whether a text is what `hashOfToken` returns of some token. */
export function isTokenHash(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}
