import { exercises } from "../../simulate/exercises/exercises.ts";

/** What a link to the laboratory holds. */
export interface Linked {
  /** The scenario: all that was done, and the seed. */
  readonly text: string;
  /** The moment that is looked at. */
  readonly atMs: number;
  /** The exercise that is worked at, by its id; absent: none is. */
  readonly exercise?: number;
}

/** The fragment of a link. */
export function linkOf({ text, atMs, exercise }: Linked): string {
  const id = exercise === undefined ? "" : `exercise=${exercise}&`;
  return `#${id}at=${atMs}&scenario=${encodeURIComponent(text.trimEnd())}`;
}

/** What a fragment holds, as far as it holds something. */
export function readLink(fragment: string): Partial<Linked> {
  const found = new URLSearchParams(fragment.replace(/^#/, ""));
  const text = found.get("scenario");
  const id = exercises.find(({ id }) => String(id) === found.get("exercise"))?.id;
  const exercise = id === undefined ? {} : { exercise: id };
  if (text === null) return exercise;
  const atMs = Number(found.get("at"));
  return { ...exercise, text: `${text}\n`, atMs: Number.isFinite(atMs) && atMs > 0 ? atMs : 0 };
}
