/** Which keys of a store are backed up and restored. */
export interface Scope {
  /** Names it to people; absent: the whole store. A place has backups of one scope alone. */
  readonly name?: string;
  /** Its keys begin with one of these, none of which begins with another one. */
  readonly prefixes: readonly string[];
}

/** All keys. */
export const wholeStore: Scope = { prefixes: [""] };

/** How a scope is told, by its name. */
export function scopeText(name: string | undefined): string {
  return name ?? "all keys";
}
