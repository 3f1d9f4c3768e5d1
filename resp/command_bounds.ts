import { respLimits, wireLimits } from "../limits.ts";
import type { CommandBounds } from "./wire/command_parser.ts";

/** What a command may be: as long as a frame, with arguments as long as a value. */
export const commandBounds: CommandBounds = {
  argumentBytesMax: wireLimits.valueBytesMax,
  commandBytesMax: wireLimits.frameBytesMax,
  argumentsMax: respLimits.argumentsMax,
  lineBytesMax: respLimits.lineBytesMax,
};
