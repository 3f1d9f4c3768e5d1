/**
 * What clients are told beside the text, as GMCP has it.
 *
 * @module
 */

import { escapeControl } from "../../../rpc/mod.ts";
import { type News, placeOutline, type Progress, type Situation, unpiled } from "../../game/mod.ts";
import type { Crowd } from "./crowd.ts";

/** What a client may show as it is: it may be one that prints it. */
function shownSafely(words: string): string {
  return unpiled(escapeControl(words));
}

/** Tells a client something beside the text. */
export type Tell = (name: string, data: unknown) => void;

/** Tells how things are with a player, each thing when it has changed. */
export class SituationReport {
  readonly #tell: Tell;
  /** What was told last, by name. */
  readonly #told = new Map<string, string>();

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** Tells what has changed since. */
  update({ character, power, battle }: Situation): void {
    if (character === undefined) return;
    const { name, rank, coins, place } = character;
    this.#report("Char.Name", { name, fullname: `${name}, ${rank}` });
    this.#report("Char.Vitals", {
      coins,
      power,
      left: battle?.remaining ?? null,
    });
    this.#report("Char.Status", { name, rank, solving: battle !== undefined });
    const outline = placeOutline(place);
    if (outline === undefined) return;
    const { title, view, ...rest } = outline;
    this.#report("Room.Info", { id: place, name: title, desc: view, ...rest });
  }

  /** Tells who is with the player. */
  company(names: readonly string[]): void {
    this.#report("Room.Players", names.map((name) => ({ name, fullname: name })));
  }

  /** Tells how many are where, for who draws a map. */
  crowd({ places }: Crowd): void {
    this.#report("CMUD.Map", { places });
  }

  /** Tells of an attempt that takes its time, for who draws a bar; nothing: that it is over. */
  progress(progress: Progress | undefined): void {
    this.#tell("CMUD.Progress", progress ?? null);
  }

  /** Tells what others said. */
  heard(news: readonly News[]): void {
    for (const { name, event } of news) {
      if (!("words" in event)) continue;
      this.#tell("Comm.Channel", {
        channel: event.did,
        talker: name,
        text: shownSafely(event.words),
      });
    }
  }

  /** All is told anew, to another client. */
  repeat(): void {
    const told = [...this.#told];
    for (const [name, data] of told) this.#tell(name, JSON.parse(data));
  }

  #report(name: string, data: unknown): void {
    const text = JSON.stringify(data);
    if (this.#told.get(name) === text) return;
    this.#told.set(name, text);
    this.#tell(name, data);
  }
}
