import { meantBy, parseLine, standsFor } from "../talk/commands.ts";
import type { Conversation } from "../talk/conversation.ts";
import { help, helpInBrief, type HelpList, helpOn } from "../talk/help_text.ts";
import * as text from "../talk/text.ts";

/**
 * Helps with all commands of a list, or with the one that follows `help`. On a screen that the list
 * would scroll off, the names come alone.
 */
export function tellHelp(
  talk: Conversation,
  list: HelpList,
  commands: readonly string[],
  args: readonly string[],
): void {
  const { word, typed } = parseLine(args.join(" "));
  if (word === "") {
    const all = help(list, talk.manner);
    return talk.say(talk.fits(all) ? all : helpInBrief(list));
  }
  const [command, ...others] = standsFor(word, commands);
  if (command === undefined) return talk.say(text.unknownCommand(typed, meantBy(word, commands)));
  if (others.length > 0) return talk.say(text.ambiguous(typed, [command, ...others]));
  talk.say(helpOn(list, command)!);
}
