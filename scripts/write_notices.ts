/**
 * Writes the notices of third parties anew: `deno task notices`.
 *
 * @module
 */

import { noticesFileName, noticesText } from "./notices.ts";

Deno.writeTextFileSync(new URL(`../${noticesFileName}`, import.meta.url), await noticesText());
