/** Lines of a terminal that does the editing itself. */

import { type LineEditor, openLineEditor } from "../../app/terminal/mod.ts";
import { assertEquals } from "../deps.ts";
import { FakeConsole } from "../support/app/fake_console.ts";

/** A terminal on which nobody types, and an editor of its lines. */
async function silentTerminal(onInterrupt: (editor: LineEditor) => void) {
  const typing = Promise.withResolvers<void>();
  const input = async function* () {
    await typing.promise;
    yield* [];
  };
  const console = Object.assign(new FakeConsole({ terminal: true, input }), {
    stdinIsTerminal: true,
  });
  const editor: LineEditor = await openLineEditor(console, {
    plain: true,
    onInterrupt: () => onInterrupt(editor),
  });
  return { console, editor, endTyping: typing.resolve };
}

Deno.test("Ctrl-C on a plain terminal asks anew, and ends the line at the end of input", async () => {
  const { console, editor, endTyping } = await silentTerminal(() => {});
  const line = editor.readLine("> ");
  console.signal("SIGINT");
  assertEquals(console.stdout, "> \n> ");
  endTyping();
  assertEquals(await line, undefined);
  assertEquals(console.stdout, "> \n> \n");
  editor.close();
});

Deno.test("Ctrl-C that ends the editor of a plain terminal leaves no second prompt", async () => {
  const { console, editor, endTyping } = await silentTerminal((editor) => editor.close());
  const line = editor.readLine("> ");
  console.signal("SIGINT");
  assertEquals(await line, undefined);
  assertEquals(console.stdout, "> \n");
  endTyping();
});
