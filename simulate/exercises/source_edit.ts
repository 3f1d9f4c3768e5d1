/** A change of the source of one file. */
export interface SourceEdit {
  /** From the root of the project. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

/** What stands before and behind the place of an edit. @throws {Error} when it does not fit the source. */
export function aroundEdit(
  { file, from }: SourceEdit,
  source: string,
): [before: string, behind: string] {
  const [before, behind, ...others] = source.split(from);
  if (behind !== undefined && others.length === 0) return [before, behind];
  throw new Error(`${file} does not hold exactly once: ${from}`);
}

/** The source with an edit. @throws {Error} when it does not fit the source. */
export function edited(edit: SourceEdit, source: string): string {
  return aroundEdit(edit, source).join(edit.to);
}
