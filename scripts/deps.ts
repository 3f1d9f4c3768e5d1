/**
 * The third-party names that only the tools use.
 *
 * @module
 */

/** The TypeScript compiler. */
export { default as ts } from "typescript";
