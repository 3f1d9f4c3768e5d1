/**
 * Somebody at a door, who sees what is said and types.
 *
 * @module
 */

import type { GameHost } from "../../app/doors/host/game_host.ts";
import type { PlayerConnection } from "../../app/doors/lines/player_connection.ts";
import type { Visit } from "../../app/doors/lines/doorkeeper.ts";
import type { Manner } from "../../app/game/mod.ts";
import { until } from "../support/until.ts";

/** What can be different about a newcomer. */
export interface NewcomerOptions {
  readonly host?: string;
  readonly typing?: "lines" | "keys";
  readonly manner?: Manner;
  readonly secret?: string;
  /** How much the client of that has got. */
  readonly heard?: number;
  /** Lets time pass while something is waited for. */
  readonly pass?: () => Promise<void>;
}

/** A connection in memory, with a person at its other end. */
export class Newcomer implements PlayerConnection {
  readonly host: string;
  readonly typing: "lines" | "keys";
  readonly manner: Manner;
  readonly isMannerSaid: boolean;
  readonly hasColour = false;
  readonly isTold = true;
  readonly renewsPrompts = false;
  /** All that was written. */
  said = "";
  /** What was told beside the text: the last of each name. */
  readonly told = new Map<string, unknown>();
  readonly allTold: [string, unknown][] = [];
  isHidden = false;
  writtenCount = 0;
  isClosed = false;
  #visit!: Visit;
  #heardUntil = 0;

  readonly #pass?: () => Promise<void>;

  private constructor(
    { host = "192.0.2.1", typing = "lines", manner, pass }: NewcomerOptions,
  ) {
    this.#pass = pass;
    this.host = host;
    this.typing = typing;
    this.manner = manner ?? "drawn";
    this.isMannerSaid = manner !== undefined;
  }

  static async come(host: GameHost, options: NewcomerOptions = {}): Promise<Newcomer> {
    const newcomer = new Newcomer(options);
    const { secret, heard } = options;
    newcomer.#visit = await host.visit(
      newcomer,
      secret === undefined ? undefined : { secret, heard },
    );
    return newcomer;
  }

  /** Comes, and enrols or goes on under a name. */
  static async enter(host: GameHost, name: string, options: NewcomerOptions = {}) {
    const newcomer = await Newcomer.come(host, options);
    await newcomer.sees("Name: ");
    newcomer.type(name);
    await newcomer.sees(/[Pp]assword: /);
    newcomer.type(passwordOf(name));
    if (newcomer.said.includes("New password")) {
      await newcomer.sees("The same again: ");
      newcomer.type(passwordOf(name));
    }
    await newcomer.sees(/Welcome.*/);
    return newcomer;
  }

  get isIn(): boolean {
    return this.#visit.isIn;
  }

  type(line: string): Promise<void> | void {
    return this.press(`${line}\n`);
  }

  press(keys: string): Promise<void> | void {
    return this.#visit.receive(new TextEncoder().encode(keys));
  }

  /** Waits until something is said that was not seen before, and returns all up to that. */
  async sees(what: string | RegExp): Promise<string> {
    let end = -1;
    await until(`somebody says ${what}`, async () => {
      await this.#pass?.();
      const news = this.said.slice(this.#heardUntil);
      const at = typeof what === "string" ? news.indexOf(what) : news.search(what);
      if (at < 0) return false;
      const length = typeof what === "string" ? what.length : what.exec(news)![0].length;
      end = this.#heardUntil + at + length;
      return true;
    }).catch((error) => {
      throw new Error(`It was not said, but: ${this.said.slice(-600)}`, { cause: error });
    });
    const seen = this.said.slice(this.#heardUntil, end);
    this.#heardUntil = end;
    return seen;
  }

  lose(): void {
    this.#visit.lost();
  }

  columns = () => 80;
  rows = () => 24;
  onResize(): void {}

  write(text: string): void {
    this.said += text;
    this.writtenCount++;
  }

  showPrompt(prompt: string): void {
    this.write(prompt);
  }

  hideTyping(isHidden: boolean): void {
    this.isHidden = isHidden;
  }

  tell(name: string, data: unknown): void {
    this.told.set(name, data);
    this.allTold.push([name, data]);
  }

  close(): void {
    this.isClosed = true;
    this.#visit?.lost();
  }
}

/** The password of a player in tests. */
export function passwordOf(name: string): string {
  return `the secret of ${name.toLowerCase()}`;
}
