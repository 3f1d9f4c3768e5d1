/**
 * The third-party names that the page uses; versions are pinned in `deno.json`.
 *
 * @module
 */

/** Draws charts. */
export { default as Plot } from "uplot";
