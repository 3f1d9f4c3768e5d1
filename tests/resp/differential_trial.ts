import { assert } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import { compareCommands } from "./comparing.ts";

const commands = 100_000;

testUnless(
  missing("redis-server"),
  `a query actor replies to ${commands} random commands as Redis does`,
  async () => assert(await compareCommands(commands) >= commands),
);
