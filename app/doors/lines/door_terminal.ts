import type { Lines, TypingHelper } from "../../game/mod.ts";

/** Lines over the connection of a player, for as long as that lasts. */
export interface DoorTerminal extends Lines {
  /** How often something was written to its client, where that counts it. */
  readonly writtenCount: number | undefined;
  /** As `readLine`, but nobody sees what is typed. */
  readSecret(prompt: string): Promise<string | undefined>;
  /** Takes what the player typed. No more is to be read while what it returns is pending. */
  receive(bytes: Uint8Array): Promise<void> | void;
  /** From now on `helper` helps with typing, where that is possible. */
  helpWith(helper: TypingHelper): void;
  /** Ends it: a line that is waited for does not come. */
  close(): void;
}
