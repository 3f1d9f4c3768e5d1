/**
 * The third-party names that the page uses; versions are pinned in `deno.json`.
 *
 * @module
 */

/** Draws a terminal. */
export { Terminal } from "@xterm/xterm";

/** Makes it as large as its place. */
export { FitAddon } from "@xterm/addon-fit";
