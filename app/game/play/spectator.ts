/**
 * Watching the world without being in it: no name, and nothing is written.
 *
 * @module
 */

import type { Clock } from "../../../rpc/environment.ts";
import type { Reader } from "../state/reader.ts";
import { HeardReader } from "../state/heard_reader.ts";
import {
  meantBy,
  parseLine,
  type SpectatorCommand,
  spectatorCommands,
  standsFor,
} from "../talk/commands.ts";
import { Conversation, type ConversationOptions } from "../talk/conversation.ts";
import { parseScene } from "../state/events.ts";
import { tellHelp } from "./help.ts";
import { prefixes } from "../state/keys.ts";
import { readLeaders } from "../state/leaders.ts";
import { Poller } from "./poller.ts";
import { pollIntervalMs } from "../world/bounds.ts";
import { map, pictureColumns } from "../talk/map_text.ts";
import * as newsText from "../talk/news_text.ts";
import { readPresent } from "../state/presence.ts";
import { type GameStore, StoreFailure } from "../state/store.ts";
import { readTerm } from "../state/term.ts";
import { TermReader } from "../state/term_store.ts";
import * as text from "../talk/text.ts";
import { NewsFilter } from "../state/news_filter.ts";
import { readWhereabouts } from "../state/whereabouts.ts";

/** All that a spectator needs. */
export interface SpectatorOptions extends ConversationOptions {
  readonly store: Reader & Pick<GameStore, "listen">;
  readonly environment: Clock;
}

/**
 * Shows what happens anywhere, until it is stopped; a spectator at a terminal can type a few commands
 * meanwhile, and leave with the last of them. Returns the exit code, 0.
 */
export async function watchGame(options: SpectatorOptions): Promise<number> {
  const { store, environment } = options;
  const talk = new Conversation(options);
  talk.say([text.title(), newsText.watching]);
  await withStore(talk, () => commands.who(talk, store, environment, []));
  const filter = new NewsFilter({ prefix: prefixes.scenes, parse: parseScene, isOwn: () => false });
  const reader = new HeardReader(store, store, () => poller.pollNow());
  const poller = new Poller(
    async () => {
      const nowMs = environment.now();
      reader.listen(filter.prefixes(nowMs));
      const news = filter.newsAmong(await reader.read(filter.prefixes(nowMs)), nowMs);
      // Who comes to one place has left another, which is told already.
      talk.hear(news.filter(({ event }) => event.did !== "come").map(newsText.happenedAt));
    },
    options.pause,
    () => pollIntervalMs,
  );
  try {
    if (talk.isTerminal) await converse(talk, store, environment);
    else await Promise.race([poller.ended, talk.stopped]);
  } finally {
    try {
      await poller.close();
    } finally {
      await reader.close();
    }
  }
  return 0;
}

type Show = (
  talk: Conversation,
  store: Reader,
  clock: Clock,
  args: readonly string[],
) => Promise<void> | void;

const commands: Readonly<Record<Exclude<SpectatorCommand, "quit">, Show>> = {
  async who(talk, store, clock) {
    const { records, skipped } = await readPresent(store, clock.now());
    talk.say(newsText.playing(records, undefined));
    if (skipped > 0) talk.say(text.skippedRecords(skipped));
  },

  async map(talk, store, clock) {
    const { byPlace, skipped } = await readWhereabouts(store, clock.now());
    talk.say(map(byPlace, undefined, talk.draws(pictureColumns)));
    if (skipped > 0) talk.say(text.skippedRecords(skipped));
  },

  async leaderboard(talk, store, clock) {
    const term = await readTerm(store, clock.now());
    const { standings, skipped } = await readLeaders(new TermReader(store, term?.number));
    talk.say(text.leaderboard(standings, undefined, talk.manner));
    if (skipped > 0) talk.say(text.skippedRecords(skipped));
  },

  help(talk, _store, _clock, args) {
    tellHelp(talk, "spectator", spectatorCommands, args);
  },
};

async function converse(talk: Conversation, store: Reader, clock: Clock): Promise<void> {
  for (;;) {
    const line = await talk.ask(newsText.watchingPrompt);
    if (line === undefined) return;
    const { word, typed, args } = parseLine(line);
    if (word === "") continue;
    const [command, ...others] = standsFor(word, spectatorCommands);
    if (command === "quit") return;
    if (command === undefined) {
      talk.say(text.unknownCommand(typed, meantBy(word, spectatorCommands)));
    } else if (others.length > 0) {
      talk.say(text.ambiguous(typed, [command, ...others]));
    } else {
      await withStore(talk, () => commands[command](talk, store, clock, args));
    }
  }
}

async function withStore(talk: Conversation, act: () => Promise<void> | void): Promise<void> {
  try {
    await act();
  } catch (failure) {
    if (!(failure instanceof StoreFailure)) throw failure;
    talk.say(text.storeTrouble(failure.why, "nothing"), "trouble");
  }
}
