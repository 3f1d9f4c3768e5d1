/** What makes another text of a text: `end - start` characters at `start` give way to others. */
export interface BundlePatch {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Finds the patch that makes `after` of `before`: one, from the first difference to the last. */
export function patchOf(before: string, after: string): BundlePatch {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let same = 0;
  while (same < most - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  const [end, until] = [before.length - same, after.length - same];
  return { start, end, text: after.slice(start, until) };
}

/** Applies a patch. */
export function patched(before: string, { start, end, text }: BundlePatch): string {
  return before.slice(0, start) + text + before.slice(end);
}
