/**
 * Where backups are kept: a folder, or a bucket of S3. Objects are written once and never changed, so
 * several backups at the same time do one another no harm.
 *
 * @module
 */

/** Objects by name; a name has `/` between its parts. */
export interface Place {
  /** As people name it. */
  readonly name: string;
  /** The names that begin with `prefix`, ascending. */
  list(prefix: string): Promise<string[]>;
  /** @throws {Error} when there is no such object, or it cannot be read. */
  read(name: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>>;
  /** Writes a new object: once this has resolved, it is kept, and whole. */
  write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  remove(name: string): Promise<void>;
}

/** A part of an object. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}
