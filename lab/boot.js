/**
 * Loads the script of the page, which is stored compressed.
 *
 * @module
 */

import { loadText, scriptUrl } from "./view/load_text.js";

await import(scriptUrl(await loadText("lab.bin")));
