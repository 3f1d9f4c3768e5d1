/**
 * The game: students at Carnegie Mellon mine coins, buy hardware, and solve problems together, in a
 * world that lives in a last-writer-wins store and nowhere else.
 *
 * `playGame` plays it in front of one player: lines in, sentences out, everything else (store, dice,
 * clock, pauses) given. It keeps no state between two calls but in the store, and counts on no more
 * of that than that replicas converge at last; how it does that is told in `docs/game.md`.
 *
 * ```ts
 * import { playGame } from "./mod.ts";
 *
 * const entries = new Map<string, string>();
 * const typed = ["mine", "quit"];
 * const said: string[] = [];
 * await playGame({
 *   store: {
 *     get: (key) => Promise.resolve(entries.get(key)),
 *     put: (key, value) => Promise.resolve(void entries.set(key, value)),
 *     list: (prefix) =>
 *       Promise.resolve(new Map([...entries].filter(([key]) => key.startsWith(prefix)))),
 *     address: () => "here",
 *     server: () => "here",
 *   },
 *   lines: {
 *     readLine: () => Promise.resolve(typed.shift()),
 *     setPrompt: () => {},
 *     print: (text) => said.push(text),
 *   },
 *   isTerminal: false,
 *   fast: true,
 *   name: "Ada",
 *   dice: { whole: (_low, high) => high },
 *   environment: { now: () => 0, monotonicMs: () => 0, hex64: () => "0123456789abcdef" },
 *   pause: () => Promise.resolve(),
 * });
 * // said now holds "You find 1 coin.\n" among other things
 * ```
 *
 * @module
 */

export type { ConversationOptions, Lines, Pause, Tone } from "./talk/conversation.ts";
export type { Progress } from "./talk/progress.ts";
export type { News } from "./state/events.ts";
export type { AliasStore } from "./talk/aliases.ts";
export { type Dice, diceFrom } from "./world/dice.ts";
export { type GameOptions, playGame, type Situation, type TypingHelper } from "./play/game.ts";
export { allPlaces, type PlaceOutline, placeOutline } from "./talk/place_outline.ts";
export { aboutNames, badName, title } from "./talk/text.ts";
export { characterCalled } from "./state/moves.ts";
export { keyKinds, keys } from "./state/keys.ts";
export { readTerm, type Term, termKey, termText } from "./state/term.ts";
export { type Presence, readPresent } from "./state/presence.ts";
export { foldedName, isName, nameFrom } from "./world/names.ts";
export { builtInWorld, playIn } from "./world/world.ts";
export { checkWorld, type WorldFile, WorldFileError } from "./world/world_file.ts";
export { type GameStore, StoreFailure } from "./state/store.ts";
export { type SpectatorOptions, watchGame } from "./play/spectator.ts";
export { unreadableLine } from "./talk/text.ts";
export { paint } from "./talk/terminal.ts";
export { type Manner, unpiled } from "./talk/words.ts";
