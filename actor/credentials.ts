import type { Access } from "../access/mod.ts";

/** What a system asks of those who call its port, and what it shows others. */
export interface Credentials {
  /** The tokens that let callers in; absent: none is asked for. */
  readonly access?: Access;
  /** Shown to each system that is greeted; absent: none is. */
  readonly token?: string;
}
