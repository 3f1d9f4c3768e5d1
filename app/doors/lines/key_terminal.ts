import { appLimits } from "../../../limits.ts";
import type { TerminalDevice } from "../../cli/terminal_device.ts";
import type { TypingHelper } from "../../game/mod.ts";
import { editLines, type LineEditor } from "../../terminal/mod.ts";
import type { DoorTerminal } from "./door_terminal.ts";
import type { PlayerConnection } from "./player_connection.ts";
import { SecretKeys } from "./secret_keys.ts";
import { endsLine, LineEnds } from "./typed_bytes.ts";

/**
 * A client that sends keys as they are pressed: lines are edited here, with history, completion and hints.
 *
 * Keys are given to the editor only while a line is asked for, and no further than to its end: so what is
 * pasted together with a password is never taken for something that may be shown.
 */
export class KeyTerminal implements DoorTerminal {
  readonly #connection: PlayerConnection;
  readonly #editor: LineEditor;
  readonly #device: KeyDevice;
  readonly #help: { helper?: TypingHelper };
  #keys: number[] = [];
  readonly #ends = new LineEnds();
  #isAsked = false;
  #secret: Secret | undefined;
  #isClosed = false;
  /** Called when keys may have been used. */
  #onUse = () => {};

  static async open(connection: PlayerConnection): Promise<KeyTerminal> {
    const device = new KeyDevice(connection);
    const help: { helper?: TypingHelper } = {};
    const editor = await editLines(device, {
      complete: (typed) =>
        help.helper?.complete(typed) ?? Promise.resolve({ replaces: "", candidates: [] }),
      // Without colours a hint would look like what was typed.
      hint: connection.hasColour ? (typed) => help.helper?.hint(typed) ?? "" : undefined,
    });
    return new KeyTerminal(connection, device, editor, help);
  }

  private constructor(
    connection: PlayerConnection,
    device: KeyDevice,
    editor: LineEditor,
    help: { helper?: TypingHelper },
  ) {
    this.#connection = connection;
    this.#device = device;
    this.#editor = editor;
    this.#help = help;
  }

  get writtenCount(): number | undefined {
    return this.#connection.writtenCount;
  }

  async readLine(prompt: string): Promise<string | undefined> {
    this.#isAsked = true;
    const line = this.#editor.readLine(prompt).finally(() => this.#isAsked = false);
    this.#useKeys();
    return await line;
  }

  readSecret(prompt: string): Promise<string | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    this.#connection.write(prompt);
    const typed = new Promise<string | undefined>((resolve) => {
      const end = (line: string | undefined) => {
        this.#secret = undefined;
        this.#connection.write("\n");
        resolve(line);
      };
      this.#secret = { keys: new SecretKeys(), end };
    });
    this.#useKeys();
    return typed;
  }

  setPrompt(prompt: string): void {
    this.#editor.setPrompt(prompt);
  }

  print(lines: string): void {
    this.#editor.print(lines);
  }

  receive(bytes: Uint8Array): Promise<void> | void {
    for (const key of bytes) {
      if (!this.#ends.isSecondHalf(key)) this.#keys.push(key);
    }
    return this.#untilRoom(this.#useKeys());
  }

  helpWith(helper: TypingHelper): void {
    this.#help.helper = helper;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onUse();
    this.#secret?.end(undefined);
    this.#editor.close();
  }

  /** Waits for `using`, and while more keys wait than anybody types ahead. */
  async #untilRoom(using: Promise<void>): Promise<void> {
    await using;
    while (this.#keys.length > appLimits.typeAheadCharsMax && !this.#isClosed) {
      await new Promise<void>((resolve) => this.#onUse = resolve);
    }
  }

  /** @returns what is pending while more keys wait than the editor takes. */
  async #useKeys(): Promise<void> {
    while (this.#keys.length > 0 && !this.#isClosed) {
      if (this.#secret !== undefined) this.#pressSecretly(this.#secret);
      else if (this.#isAsked) await this.#press();
      else break;
    }
    this.#onUse();
  }

  #pressSecretly({ keys, end }: Secret): void {
    const secret = keys.press(this.#keys.shift()!);
    if (secret !== undefined) end(secret ?? undefined);
  }

  /** Gives the editor the keys up to the end of a line, and lets that line be taken. */
  async #press(): Promise<void> {
    const end = this.#keys.findIndex(endsLine);
    const line = this.#keys.splice(0, end < 0 ? Infinity : end + 1);
    await this.#device.press(Uint8Array.from(line));
    // Whoever waits for the line goes on in a microtask, and asks for the next.
    for (let turns = 0; turns < 8; turns++) await undefined;
  }
}

/** A secret that is being typed. */
interface Secret {
  readonly keys: SecretKeys;
  end(line: string | undefined): void;
}

/** The connection as the line editor needs it. */
class KeyDevice implements TerminalDevice {
  readonly #connection: PlayerConnection;
  #handler: Parameters<TerminalDevice["onKeys"]>[0] = () => {};

  constructor(connection: PlayerConnection) {
    this.#connection = connection;
  }

  press(keys: Uint8Array): Promise<void> | void {
    return this.#handler(keys);
  }

  write(text: string): void {
    this.#connection.write(text);
  }

  columns(): number {
    return this.#connection.columns();
  }

  rows(): number {
    return this.#connection.rows();
  }

  onResize(handler: () => void): () => void {
    this.#connection.onResize(handler);
    return () => this.#connection.onResize(() => {});
  }

  onKeys(handler: Parameters<TerminalDevice["onKeys"]>[0]): () => void {
    this.#handler = handler;
    return () => this.#handler = () => {};
  }

  /** A door has no modes, and stops nothing. */
  setRaw(): void {}
  suspend(): void {}
  onResume(): () => void {
    return () => {};
  }
}
