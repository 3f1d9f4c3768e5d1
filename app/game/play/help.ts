import { meantBy, parseLine, standsFor } from "../talk/commands.ts";
import type { Conversation } from "../talk/conversation.ts";
import { help, helpInBrief, type HelpList, helpOn } from "../talk/help_text.ts";
import { helpAbout, type HelpTopic, helpTopics, topicOf } from "../talk/help_topics.ts";
import * as text from "../talk/text.ts";
import type { Rank } from "../world/world.ts";

/**
 * Helps with all commands of a list, or with the command or topic that follows `help`. On a screen that
 * the list would scroll off, the names come alone.
 *
 * @param rank that of the player, if it is one
 */
export function tellHelp(
  talk: Conversation,
  list: HelpList,
  commands: readonly string[],
  args: readonly string[],
  rank?: Rank,
): void {
  const { word, typed } = parseLine(args.join(" "));
  if (word === "") {
    const all = help(list, talk.manner);
    return talk.say(talk.fits(all) ? all : helpInBrief(list));
  }
  const about = (topic: HelpTopic) => helpAbout(topic, rank, talk.manner);
  const [command, ...others] = standsFor<string>(word, commands);
  if (others.length > 0) return talk.say(text.ambiguous(typed, [command, ...others]));
  if (command !== undefined) {
    const topic = topicOf[command];
    return talk.say([helpOn(list, command)!, ...topic === undefined ? [] : about(topic)]);
  }
  const [topic, ...more] = standsFor(word, helpTopics);
  if (more.length > 0) return talk.say(text.ambiguous(typed, [topic, ...more]));
  if (topic !== undefined) return talk.say(about(topic));
  const meant = meantBy(word, [...commands, ...helpTopics]);
  talk.say(text.unknownTopic(typed, meant, helpTopics));
}
