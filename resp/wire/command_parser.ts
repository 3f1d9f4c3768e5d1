import { splitInline, unbalanced } from "./inline_arguments.ts";

/** What `parse` returns when the command is not whole: more has to come. */
export const incomplete = -1;

/** The arguments of a command; the first one is its name. */
export interface CommandArguments {
  /** They lie here. */
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Where argument `i` begins in `bytes`. */
  start(i: number): number;
  /** Where argument `i` ends in `bytes`. */
  end(i: number): number;
}

/** What a command may be. */
export interface CommandBounds {
  /** Bytes of one argument. */
  readonly argumentBytesMax: number;
  /** Bytes of a command in all, as it stands on the wire. */
  readonly commandBytesMax: number;
  /** Arguments of a command, its name among them. */
  readonly argumentsMax: number;
  /** Bytes of a line: of a length, or of an inline command. */
  readonly lineBytesMax: number;
}

const asterisk = 0x2a;
const carriageReturn = 0x0d;
const dollar = 0x24;
const lineFeed = 0x0a;
const zero = 0x30;

/** In place of the number in a line that has none. It is greater than any that is allowed. */
const noNumber = 0x3fffffff;

/** An array for more arguments than this is given back, because a command of so many is rare. */
const roomKeptMax = 4_096;

/**
 * Parses the commands of a Redis client, one after the other: arrays of bulk strings, or inline ones.
 *
 * It goes on where it stopped when a command was not whole, so each byte is looked at once, however
 * small the parts are in which a command comes. What breaks the protocol sets `fault`, in Redis's words,
 * and counts as the end of the stream.
 */
export class CommandParser implements CommandArguments {
  /** The arguments of the last command lie here. */
  bytes: Uint8Array = new Uint8Array();
  /** Number of arguments, the name of the command among them; 0: there is nothing to execute. */
  count = 0;
  /** What breaks the protocol; the stream cannot be followed then. */
  fault: string | undefined;
  #bounds: CommandBounds;
  #keepsArguments: boolean;
  /** Beginning and end of each argument. */
  #places = new Int32Array(128);
  /** How many bytes of the command were parsed. */
  #parsed = 0;
  /** Arguments that are to come; below 0: not known, because the command's own line was not read. */
  #left = -1;
  /** Bytes of the argument that comes; below 0: its line was not read. */
  #argumentBytes = -1;
  /** The number in the line that was read last, or `noNumber`. */
  #number = 0;

  /** @param keepsArguments whether arguments are asked for: only of commands that are given whole */
  constructor(bounds: CommandBounds, keepsArguments: boolean) {
    this.#bounds = bounds;
    this.#keepsArguments = keepsArguments;
  }

  /** Bytes that the command has at least that was incomplete; `Infinity`: nothing is known. */
  get wantedBytes(): number {
    return this.#argumentBytes < 0 ? Infinity : this.#parsed + this.#argumentBytes + 2;
  }

  /** Where argument `i` begins in `bytes`. */
  start(i: number): number {
    return this.#places[2 * i];
  }

  /** Where argument `i` ends in `bytes`. */
  end(i: number): number {
    return this.#places[2 * i + 1];
  }

  /** The arguments as they are now, valid for as long as their bytes. */
  keptArguments(): CommandArguments {
    const { bytes, count } = this;
    const places = this.#places.slice(0, 2 * count);
    return { bytes, count, start: (i) => places[2 * i], end: (i) => places[2 * i + 1] };
  }

  /**
   * Parses the command that begins at `start`. After `incomplete` it has to be given again, with more
   * behind it, perhaps in another place.
   *
   * @returns where it ends, or `incomplete`.
   */
  parse(bytes: Uint8Array, start: number, end: number): number {
    if (this.#parsed === 0 && this.#left < 0) {
      const next = this.#parseUsual(bytes, start, end);
      if (next !== incomplete) return next;
    }
    return this.#parseAny(bytes, start, end);
  }

  /**
   * As `parse`, of the usual command: it is whole, and none of its lengths has more than two digits. That
   * takes half as long, because nothing need be kept between two steps.
   *
   * @returns `incomplete` when it is none; then nothing was kept of it.
   */
  #parseUsual(bytes: Uint8Array, start: number, end: number): number {
    if (start + 4 > end || bytes[start] !== asterisk || bytes[start + 2] !== carriageReturn) {
      return incomplete;
    }
    const count = bytes[start + 1] - zero;
    const { argumentBytesMax, argumentsMax, commandBytesMax } = this.#bounds;
    if (count < 1 || count > 9 || count > argumentsMax) return incomplete;
    const places = this.#places;
    // It is to be given back first.
    if (places.length > 2 * roomKeptMax) return incomplete;
    let at = start + 4;
    for (let i = 0; i < 2 * count; i += 2) {
      if (at + 5 > end || bytes[at] !== dollar) return incomplete;
      let length = bytes[at + 1] - zero;
      if (length < 0 || length > 9) return incomplete;
      if (bytes[at + 2] === carriageReturn) at += 4;
      else {
        const digit = bytes[at + 2] - zero;
        if (length === 0 || digit < 0 || digit > 9 || bytes[at + 3] !== carriageReturn) {
          return incomplete;
        }
        length = 10 * length + digit;
        at += 5;
      }
      if (length > argumentBytesMax) return incomplete;
      places[i] = at;
      at += length;
      places[i + 1] = at;
      at += 2;
      if (at > end) return incomplete;
    }
    if (at - start > commandBytesMax) return incomplete;
    if (this.bytes !== bytes) this.bytes = bytes;
    this.count = count;
    return at;
  }

  /** As `parse`. */
  #parseAny(bytes: Uint8Array, start: number, end: number): number {
    let at = start + this.#parsed;
    if (this.#left < 0) {
      if (at >= end) return incomplete;
      if (bytes[start] !== asterisk) return this.#parseInline(bytes, start, end);
      at = this.#readNumber(bytes, start, end, "too big mbulk count string");
      if (at < 0) return this.#stopAt(0, end);
      if (this.#number > this.#bounds.argumentsMax) {
        return this.#refuse("invalid multibulk length", end);
      }
      this.#begin(bytes, Math.max(0, this.#number));
    }
    const { argumentBytesMax, commandBytesMax } = this.#bounds;
    let left = this.#left;
    let argumentBytes = this.#argumentBytes;
    while (left > 0) {
      if (argumentBytes < 0) {
        const line = at;
        at = this.#readNumber(bytes, line, end, "too big bulk count string");
        if (at < 0) return this.#stopIn(left, -1, line - start, end);
        if (bytes[line] !== dollar) return this.#refuse(unexpected(bytes[line]), end);
        argumentBytes = this.#number;
        if (
          argumentBytes < 0 || argumentBytes > argumentBytesMax ||
          argumentBytes > commandBytesMax - (at - start) - 2
        ) {
          return this.#refuse("invalid bulk length", end);
        }
      }
      const argumentEnd = at + argumentBytes;
      if (argumentEnd + 2 > end) return this.#stopIn(left, argumentBytes, at - start, end);
      if (this.#keepsArguments) this.#add(at, argumentEnd);
      argumentBytes = -1;
      left--;
      // As in Redis, nobody looks at the two bytes behind an argument.
      at = argumentEnd + 2;
    }
    this.#left = this.#argumentBytes = -1;
    this.#parsed = 0;
    return at;
  }

  /** As `stopAt`, in the midst of the arguments: so many are to come, and so many bytes of the next one. */
  #stopIn(left: number, argumentBytes: number, parsed: number, end: number): number {
    this.#left = left;
    this.#argumentBytes = argumentBytes;
    return this.#stopAt(parsed, end);
  }

  /** As `parse`, of a command that is a line of words. */
  #parseInline(bytes: Uint8Array, start: number, end: number): number {
    const newline = bytes.subarray(0, end).indexOf(lineFeed, start + this.#parsed);
    if (newline < 0 && end - start <= this.#bounds.lineBytesMax) {
      return this.#stopAt(end - start, end);
    }
    if (newline < 0) return this.#refuse("too big inline request", end);
    this.#parsed = 0;
    this.count = 0;
    if (!this.#keepsArguments) return newline + 1;
    const hasReturn = newline > start && bytes[newline - 1] === carriageReturn;
    const words = splitInline(bytes, start, hasReturn ? newline - 1 : newline);
    if (words === unbalanced) return this.#refuse("unbalanced quotes in request", end);
    this.#begin(words.bytes, 0);
    this.#left = -1;
    for (let i = 0; i < words.ends.length; i++) {
      this.#add(i === 0 ? 0 : words.ends[i - 1], words.ends[i]);
    }
    return newline + 1;
  }

  #begin(bytes: Uint8Array, count: number): void {
    // Most commands lie where the one before them does, and setting an object anew takes a while.
    if (this.bytes !== bytes) this.bytes = bytes;
    this.count = 0;
    this.#left = count;
    if (this.#places.length > 2 * roomKeptMax) this.#places = new Int32Array(128);
  }

  #add(start: number, end: number): void {
    const at = 2 * this.count++;
    if (at === this.#places.length) this.#growPlaces();
    this.#places[at] = start;
    this.#places[at + 1] = end;
  }

  #growPlaces(): void {
    const places = new Int32Array(2 * this.#places.length);
    places.set(this.#places);
    this.#places = places;
  }

  /**
   * Reads the line at `start`: one character, then the number that `#number` is set to.
   *
   * @param tooLong what is said of a line without an end
   * @returns where the line ends, or `incomplete`.
   */
  #readNumber(bytes: Uint8Array, start: number, end: number, tooLong: string): number {
    // The usual case: one digit, or a few that begin with no zero.
    let at = start + 1;
    let number = 0;
    let digit = at < end ? bytes[at] - zero : -1;
    if (digit >= 0 && digit <= 9) {
      do {
        number = number * 10 + digit;
        digit = ++at < end ? bytes[at] - zero : -1;
      } while (digit >= 0 && digit <= 9 && number > 0 && number < 10_000_000);
      if (digit === carriageReturn - zero && at + 1 < end) {
        this.#number = number;
        return at + 2;
      }
    }
    return this.#readOtherNumber(bytes, start, end, tooLong);
  }

  #readOtherNumber(bytes: Uint8Array, start: number, end: number, tooLong: string): number {
    const lineEnd = bytes.subarray(0, end).indexOf(carriageReturn, start);
    if (lineEnd < 0) {
      if (end - start > this.#bounds.lineBytesMax) this.fault = tooLong;
      return incomplete;
    }
    if (lineEnd + 1 >= end) return incomplete;
    this.#number = numberIn(bytes, start + 1, lineEnd);
    return lineEnd + 2;
  }

  /** Nothing is kept of a stream that cannot be followed: the next one is parsed from its beginning. */
  #refuse(fault: string, end: number): number {
    this.fault = fault;
    this.count = 0;
    this.#parsed = 0;
    this.#left = this.#argumentBytes = -1;
    return end;
  }

  /** @returns `incomplete`, or the end of the stream after a fault. */
  #stopAt(parsed: number, end: number): number {
    if (this.fault !== undefined) return this.#refuse(this.fault, end);
    this.#parsed = parsed;
    return incomplete;
  }
}

/** A number of so many digits at the most is exact; nothing that is allowed has more. */
const digitsMax = 15;

/** The decimal number that `bytes[start..end)` are in its shortest form; `noNumber` when they are none. */
function numberIn(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > digitsMax) return noNumber;
  const text = String.fromCharCode(...bytes.subarray(start, end));
  return /^(0|-?[1-9][0-9]*)$/.test(text) ? Number(text) : noNumber;
}

/** Redis prints the byte as a character. */
function unexpected(byte: number): string {
  return `expected '$', got '${String.fromCharCode(byte)}'`;
}
