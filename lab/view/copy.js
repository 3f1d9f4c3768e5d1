/**
 * Text for the clipboard.
 *
 * @module
 */

import { tell } from "./tell.js";

/** Copies a text, and says so. @param what it is */
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    tell(`${what} is copied.`);
  } catch {
    // A page that came over plain HTTP from another machine may not, nor one that was refused.
    tell("This browser lets the page copy nothing.");
  }
}
