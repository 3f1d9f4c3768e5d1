import { clientCommand } from "./client.ts";
import { commandCommand } from "./command_command.ts";
import { CommandTable } from "./command.ts";
import { connectionCommands } from "./connection.ts";
import { expiryCommands } from "./expiring_keys.ts";
import { keyCommands } from "./keys.ts";
import { serverCommands } from "./server.ts";
import { stringCommands } from "./strings.ts";
import { subscribingCommands } from "./subscribing.ts";

/** All commands of Redis that a query port knows. */
export const commandTable = new CommandTable([
  ...connectionCommands,
  clientCommand,
  ...stringCommands,
  ...keyCommands,
  ...expiryCommands,
  ...subscribingCommands,
  ...serverCommands,
  commandCommand,
]);
