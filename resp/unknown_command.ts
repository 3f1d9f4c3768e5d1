import { untilZero } from "./commands/errors.ts";
import type { CommandArguments } from "./wire/command_parser.ts";

/** Bytes of a name, and of all arguments together, that an error shows. */
const shownBytesMax = 128;

const encoder = new TextEncoder();

/** The error for a command that there is not, with the first of its arguments. */
export function unknownCommand(args: CommandArguments): Uint8Array {
  const error = new ErrorText();
  error.text("ERR unknown command '");
  error.shown(args.bytes.subarray(args.start(0), args.end(0)), shownBytesMax);
  error.text("', with args beginning with: ");
  const start = error.bytes.length;
  for (let i = 1; i < args.count; i++) {
    const bytesLeft = shownBytesMax - (error.bytes.length - start);
    if (bytesLeft <= 0) break;
    error.text("'");
    error.shown(args.bytes.subarray(args.start(i), args.end(i)), bytesLeft);
    error.text("' ");
  }
  return Uint8Array.from(error.bytes);
}

/** The error for a subcommand that there is not. */
export function unknownSubcommand(command: Uint8Array, subcommand: Uint8Array): Uint8Array {
  const error = new ErrorText();
  error.text("ERR unknown subcommand '");
  error.shown(subcommand, shownBytesMax);
  error.text("'. Try ");
  error.text(new TextDecoder().decode(command).toUpperCase());
  error.text(" HELP.");
  return Uint8Array.from(error.bytes);
}

class ErrorText {
  readonly bytes: number[] = [];

  text(text: string): void {
    this.bytes.push(...encoder.encode(text));
  }

  shown(bytes: Uint8Array, bytesMax: number): void {
    this.bytes.push(...untilZero(bytes).subarray(0, bytesMax));
  }
}
