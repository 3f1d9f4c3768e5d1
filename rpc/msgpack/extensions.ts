/**
 * The extension types by which a value keeps what JavaScript tells apart and MessagePack does not.
 *
 * @module
 */

/** `undefined`; empty. */
export const extUndefined = 0;

/** A `Map`; holds a map, whose keys may be of any kind. Plain maps are objects. */
export const extMap = 1;

/** A bigint that a number could hold; others are plain integers of 64 bits. */
export const extBigint = 2;
