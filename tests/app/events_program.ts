/** Reads a line, while a hundred events are shown; then shows the line. */

import { processConsole } from "../../app/mod.ts";
import { openLineEditor } from "../../app/terminal/mod.ts";

const editor = await openLineEditor(processConsole);
let events = 0;
const timer = setInterval(() => {
  editor.print(`event ${++events}\n`);
  if (events === 100) clearInterval(timer);
}, 10);
const line = await editor.readLine("> ");
editor.print(`<${line}>\n`);
editor.close();
Deno.exit();
