/** What a link to the laboratory holds. */
export interface Linked {
  /** The scenario: all that was done, and the seed. */
  readonly text: string;
  /** The moment that is looked at. */
  readonly atMs: number;
}

/** The fragment of a link. */
export function linkOf({ text, atMs }: Linked): string {
  return `#at=${atMs}&scenario=${encodeURIComponent(text.trimEnd())}`;
}

/** What a fragment holds, as far as it holds something. */
export function readLink(fragment: string): Partial<Linked> {
  const found = new URLSearchParams(fragment.replace(/^#/, ""));
  const text = found.get("scenario");
  if (text === null) return {};
  const atMs = Number(found.get("at"));
  return { text: `${text}\n`, atMs: Number.isFinite(atMs) && atMs > 0 ? atMs : 0 };
}
