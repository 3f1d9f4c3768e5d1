import type { Manner } from "../../game/mod.ts";

/** What a door does with text of a player: who is at its other end has no program of ours. */
export interface PlayerConnection {
  /** The host at the other end, for bounds and for who keeps the door. */
  readonly host: string;
  /** How lines are made for the player. */
  readonly manner: Manner;
  /** Whether the client has said so: of most that read aloud, nobody can tell. */
  readonly isMannerSaid: boolean;
  readonly hasColour: boolean;
  /** Whether the client sends whole lines, or keys as they are pressed, which are then shown by this end. */
  readonly typing: "lines" | "keys";
  /** Whether the client takes what is no text. */
  readonly isTold: boolean;
  /** Whether a prompt that was shown can be changed: it stands beside what is written. */
  readonly renewsPrompts: boolean;
  /** How often something was written, where the client counts that; `undefined`: it does not. */
  readonly writtenCount: number | undefined;
  /** How many characters fit into a row; 0 where nobody knows. */
  columns(): number;
  /** How many rows there are; 0 where nobody knows. */
  rows(): number;
  /** Calls `handler` when that changes, instead of the one before. */
  onResize(handler: () => void): void;
  /** Shows text, whose lines end with line feeds. */
  write(text: string): void;
  /** Shows a prompt, behind what was written. */
  showPrompt(prompt: string): void;
  /** Has a client that sends lines show nothing of the next ones, or show them again. */
  hideTyping(isHidden: boolean): void;
  /** Sends what is no text, as GMCP has it, to a client that takes it. */
  tell(name: string, data: unknown): void;
  /** Ends it, behind what was written. */
  close(): void;
}
