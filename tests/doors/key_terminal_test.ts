import { KeyTerminal } from "../../app/doors/lines/key_terminal.ts";
import type { PlayerConnection } from "../../app/doors/lines/player_connection.ts";
import { appLimits } from "../../limits.ts";
import { assert, assertEquals } from "../deps.ts";

/** A connection, and all that was written to it. */
function connection(): PlayerConnection & { said: string } {
  return {
    said: "",
    host: "192.0.2.1",
    manner: "drawn",
    isMannerSaid: true,
    hasColour: false,
    typing: "keys",
    isTold: false,
    columns: () => 80,
    rows: () => 24,
    onResize() {},
    write(text) {
      this.said += text;
    },
    renewsPrompts: false,
    writtenCount: undefined,
    showPrompt() {},
    hideTyping() {},
    tell() {},
    close() {},
  };
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("keys that nobody has asked for wait, and past a bound no more are read", async () => {
  const terminal = await KeyTerminal.open(connection());
  let isTaken = false;
  const lines = "look\r".repeat(appLimits.typeAheadCharsMax / 5 + 10);
  const taken = Promise.resolve(terminal.receive(bytes(lines))).then(() => isTaken = true);
  await terminal.readLine("> ");
  assert(!isTaken);
  for (let i = 0; i < 12; i++) assertEquals(await terminal.readLine("> "), "look");
  await taken;
  terminal.close();
});

Deno.test("what is pasted behind a name is a password, and no key of it is shown", async () => {
  const conn = connection();
  const terminal = await KeyTerminal.open(conn);
  const name = terminal.readLine("Name: ");
  await terminal.receive(bytes("Ada\r\nsec\x7fret\r\nlook\r\n"));
  assertEquals(await name, "Ada");
  assertEquals(await terminal.readSecret("Password: "), "seret");
  assertEquals(await terminal.readLine("> "), "look");
  assert(!/se.?ret/.test(conn.said));
  terminal.close();
  assertEquals(await terminal.readSecret("Password: "), undefined);
});

Deno.test("a secret that is given up is none", async () => {
  const terminal = await KeyTerminal.open(connection());
  const secret = terminal.readSecret("Password: ");
  await terminal.receive(bytes("abc\x03"));
  assertEquals(await secret, undefined);
  const other = terminal.readSecret("Password: ");
  terminal.close();
  assertEquals(await other, undefined);
});
