import { World } from "./world.ts";
import { meets, type Need, type Role } from "./role.ts";

/** A token as the server knows it: plain data, and nothing that lets anybody in. */
export interface TokenEntry {
  /** Names who has the token, in the log and to who shows it. */
  readonly name: string;
  /** As `hashOfToken` makes it. */
  readonly hash: string;
  /** What it is for. */
  readonly role: Role;
  /** The keys that it is good for begin with one of these; empty: all keys. */
  readonly prefixes: readonly string[];
}

/** What a token allows. */
export class Rights {
  /** Names who has the token. */
  readonly name: string;
  /** Of the token. */
  readonly hash: string;
  /** What the token is for. */
  readonly role: Role;
  /** What the keys begin with that the token is good for; empty: all keys. */
  readonly prefixes: readonly string[];
  /** The keys that the token is good for; `undefined`: all keys. */
  readonly world: World | undefined;

  /** What the token of an entry allows. */
  constructor({ name, hash, role, prefixes }: TokenEntry) {
    this.name = name;
    this.hash = hash;
    this.role = role;
    this.prefixes = prefixes;
    this.world = prefixes.length === 0 ? undefined : new World(prefixes);
  }

  /** Whether they allow what has that need. */
  allow(need: Need): boolean {
    return meets(this.role, need);
  }
}
