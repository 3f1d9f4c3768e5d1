import { Client, FixedRouter, NearestRouter, PinnedRouter } from "../../kvclient/mod.ts";
import { appLimits } from "../../limits.ts";
import { awakeEnvironment, type Environment, realEnvironment } from "../../rpc/mod.ts";
import { clientOptions } from "../cli/client_options.ts";
import type { Console } from "../cli/console.ts";
import type { Invocation } from "../cli/command_spec.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { exitCodeOfSignal, type StopSignal } from "../cli/stop_signals.ts";
import { UsageError } from "../cli/usage_error.ts";
import { pause } from "../cli/pause.ts";
import { readToken } from "../cli/token_file.ts";
import { diceFrom, isName, paint, playGame, watchGame } from "../game/mod.ts";
import { StateDirectory } from "../cli/state_directory.ts";
import { ruleKeys } from "../doors/rules/rule_keys.ts";
import { AliasFile } from "../play/alias_file.ts";
import { gameStore } from "../play/game_store.ts";
import { Guest } from "../play/guest.ts";
import { defaultHome, findServer, type FoundServer, type Home } from "../play/own_world.ts";
import { openPlayerLines, type PlayerLines } from "../play/player_lines.ts";
import { chooseWorld } from "../play/chosen_world.ts";
import { WorldTokens } from "../play/world_tokens.ts";
import { hasColor } from "../cli/style.ts";

/** Plays as `invocation` says; `home` is where the server is when that names none. */
export async function runPlay(invocation: Invocation, home: Home = defaultHome): Promise<number> {
  const { console, options } = invocation;
  const name = nameFrom(invocation);
  await chooseWorld(invocation);
  if (options.observe) expectSpectator(invocation);
  else console.expectInput?.();
  const stop = new Stop(console);
  const lines = await openPlayerLines(invocation, stop);
  if (lines === undefined) return stop.exitCode;
  stop.listen();
  // A player's patience with a server does not run out while the game stands still.
  const environment = awakeEnvironment(realEnvironment);
  let found: FoundServer | undefined;
  let nearest: NearestRouter | undefined;
  let guest: Guest | undefined;
  let client: Client | undefined;
  try {
    const tokens = new WorldTokens(new StateDirectory(console), await readToken(invocation));
    found = await findServer(invocation, home, tokens);
    const { addresses, findAgain } = found;
    const asking = await clientOptions(invocation, addresses);
    nearest = addresses.length > 1 ? await NearestRouter.start(addresses, asking) : undefined;
    // A session of the game stays with one server for as long as that answers.
    guest = findAgain && new Guest(found, findAgain);
    const router = guest ?? new PinnedRouter(nearest ?? new FixedRouter(addresses[0]));
    const timeoutMs = nearest && appLimits.failoverTimeoutMs;
    const token = (address: string) => tokens.of(address);
    client = new Client(router, { ...asking, token, timeoutMs });
    // A system port answers a Ping as well.
    await client.get("");
    if (!options.observe) await expectOpen(client);
    const store = gameStore(client, router);
    const conversation = conversationOf(invocation, lines, environment, stop.signal);
    if (options.observe) {
      await watchGame({ ...conversation, store });
    } else {
      // Once at each server, and once more at one that has only started again.
      const tries = addresses.length + 1;
      const dice = diceFrom(environment);
      const { helpWith: onEntry } = lines;
      // What a script means must not depend on whose it is.
      const aliases = lines.isTerminal ? new AliasFile(new StateDirectory(console)) : undefined;
      await playGame({ ...conversation, store, tries, name, dice, aliases, onEntry });
    }
    const { farewell } = guest?.found ?? found;
    if (farewell !== undefined) console.err(farewell);
    return stop.exitCode;
  } finally {
    try {
      // A terminal that is gone refuses what is written to it.
      lines.editor.close();
    } finally {
      await client?.close();
      await nearest?.close();
      await guest?.close();
      await found?.server?.close();
      environment.close();
      stop.release();
    }
  }
}

/** @throws {UsageError} when whoever keeps the world lets people in through doors alone. */
async function expectOpen(client: Client): Promise<void> {
  // A token that may not read the rule is one that somebody gave to a player.
  const answer = await client.get(ruleKeys.direct).catch(() => undefined);
  if (answer !== "no") return;
  throw new UsageError(
    "Cannot play here without a door: whoever keeps this world has it so. Ask them for the address of one",
  );
}

function conversationOf(
  { options, console }: Invocation,
  lines: PlayerLines,
  environment: Environment,
  stop: AbortSignal,
) {
  const { editor, manner, isTerminal } = lines;
  const isPainted = isTerminal && manner !== "spoken" && hasColor(console, "stdout", options);
  return {
    lines: editor,
    manner,
    isTerminal,
    columns: () => console.terminal?.columns() ?? 0,
    rows: () => console.terminal?.rows() ?? 0,
    stop,
    fast: options.fast === true,
    environment,
    pause,
    paint: isPainted ? paint : undefined,
  };
}

/** @throws {UsageError} when what `--name` says is no name. */
function nameFrom({ options }: Invocation): string | undefined {
  const given = options.name as string | undefined;
  const name = given?.normalize("NFC");
  if (name === undefined || isName(name)) return name;
  throw new UsageError(
    `Cannot play as ${JSON.stringify(name)}: allowed is one word of letters of one alphabet, ` +
      `digits, - and _, up to 24 characters`,
  );
}

/** @throws {UsageError} when an option is only for who plays. */
function expectSpectator({ options }: Invocation): void {
  const cases = [
    ["--name", options.name, "a spectator has none"],
    ["--data-dir", options.dataDir, "what is watched is a server that is there"],
    ["--ephemeral", options.ephemeral, "a spectator has no server to forget anything"],
  ] as const;
  for (const [option, given, why] of cases) {
    if (given !== undefined) throw new UsageError(`Cannot use ${option} with --observe: ${why}`);
  }
}

/** Ends the game in order at the first signal, and the process at once at a second one. */
class Stop {
  readonly #console: Console;
  readonly #stopping = new AbortController();
  #by: StopSignal | undefined;
  #release = () => {};

  constructor(console: Console) {
    this.#console = console;
  }

  /** Aborts at the first one. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** What the process ends with. */
  get exitCode(): number {
    return this.#by === undefined ? exitCodes.ok : exitCodeOfSignal(this.#by);
  }

  /** From now on signals come here. */
  listen(): void {
    this.#release = this.#console.onStopSignal((signal) => this.stop(signal));
  }

  stop(by: StopSignal): void {
    if (this.#by !== undefined) return this.#console.exit(exitCodeOfSignal(by));
    this.#by = by;
    this.#stopping.abort();
  }

  release(): void {
    this.#release();
  }
}
