const text = new TextDecoder();

/** Bytes as characters, one each: what is in no text at all can be compared and printed so. */
export function charsOf(bytes: Uint8Array): string {
  let chars = "";
  for (const byte of bytes) chars += String.fromCharCode(byte);
  return chars;
}

/** The text whose bytes are these characters. */
export function textOfChars(chars: string): string {
  return text.decode(Uint8Array.from(chars, (char) => char.charCodeAt(0)));
}
