import type { Lines } from "../../app/game/mod.ts";

/** A terminal, or a pipe, as far as a conversation needs one; prompts stand where they were asked. */
export function linesOf(
  typed: AsyncIterable<string> | Iterable<string>,
  print: (text: string) => void,
): Lines {
  const lines = async function* () {
    yield* typed;
  }();
  return {
    async readLine(prompt) {
      print(prompt);
      const { done, value } = await lines.next();
      return done ? undefined : value;
    },
    setPrompt: print,
    print,
  };
}
