import { doorLimits } from "../../../limits.ts";
import { type Environment, escapeControl, pause } from "../../../rpc/mod.ts";
import {
  diceFrom,
  type GameStore,
  type Manner,
  paint,
  playGame,
  type Situation,
} from "../../game/mod.ts";
import type { DoorTerminal } from "../lines/door_terminal.ts";
import type { HeldLines } from "../lines/held_lines.ts";
import type { PlayerConnection } from "../lines/player_connection.ts";
import type { Crowd } from "./crowd.ts";
import * as text from "./login_text.ts";
import { SituationReport } from "./situation_report.ts";

/** What a session is played with. */
export interface PlayerSessionOptions {
  readonly name: string;
  readonly lines: HeldLines;
  readonly store: GameStore;
  readonly environment: Environment;
  /** How often a step is tried. */
  readonly tries: number;
  isMuted(): boolean;
  isHidden(name: string): boolean;
}

/** A connection, and the lines over it. */
export interface Attached {
  readonly connection: PlayerConnection;
  readonly terminal: DoorTerminal;
}

/**
 * A player who is in. The session outlives its connection for some time: whoever shows its secret, or comes
 * again with the password, goes on where it was.
 */
export class PlayerSession {
  readonly name: string;
  /** Whoever knows it may go on with the session: a browser keeps it. */
  readonly secret: string;
  readonly #options: PlayerSessionOptions;
  readonly #report: SituationReport;
  #manner: Manner;
  /** The manner that the player asked for, as the client says nothing of it. */
  #asked: Manner | undefined;
  readonly #stop = new AbortController();
  #attached: Attached | undefined;
  #renewPrompt = () => {};
  #situation: () => Situation = () => ({ character: undefined, power: 0, battle: undefined });
  /** How often something came that was typed. */
  #typedCount = 0;
  /** When the player typed last, and when the connection was lost; by the monotonic clock. */
  #typedMs: number;
  #lostMs = 0;

  constructor(options: PlayerSessionOptions, attached: Attached) {
    const { name, environment } = options;
    this.name = name;
    this.secret = environment.hex64() + environment.hex64();
    this.#options = options;
    this.#manner = attached.connection.manner;
    this.#attached = attached;
    this.#typedMs = environment.monotonicMs();
    this.#report = new SituationReport((name, data) => this.#attached?.connection.tell(name, data));
    options.lines.onPrompt = () => this.#report.update(this.#situation());
    this.#tellSecret();
  }

  /** Where the player is; `undefined`: nowhere yet. */
  get place(): string | undefined {
    return this.#situation().character?.place;
  }

  /** Plays to the end. @throws what the game throws. */
  async play(): Promise<void> {
    const { name, lines, store, environment, tries, isMuted, isHidden } = this.#options;
    const manner = () => this.#manner;
    await playGame({
      get manner() {
        return manner();
      },
      store,
      lines,
      isTerminal: true,
      columns: () => this.#attached?.connection.columns() ?? 0,
      rows: () => this.#attached?.connection.rows() ?? 0,
      fast: false,
      pause: (ms, signal) => pause(environment, ms, signal),
      stop: this.#stop.signal,
      paint: (tone, line) => this.#hasColour ? paint(tone, line) : line,
      chooseManner: (manner) => {
        this.#manner = this.#asked = manner;
        this.#renewPrompt();
      },
      name,
      isGreeted: true,
      tries,
      dice: diceFrom(environment),
      environment,
      isMuted,
      isHidden,
      onEntry: (helper) => {
        this.#situation = () => helper.situation();
        this.#renewPrompt = () => helper.renewPrompt();
        lines.helpWith(helper);
      },
      onProgress: (progress) => this.#report.progress(progress),
      onNews: (news) => this.#report.heard(news),
    });
  }

  /** The player has typed something. */
  typed(): void {
    this.#typedCount++;
    this.#isActive();
  }

  #isActive(): void {
    this.#typedMs = this.#options.environment.monotonicMs();
  }

  /**
   * Goes on over another connection; the one before is told, and ended.
   *
   * @param heard how much of what was written has arrived. Default: all of it
   */
  attach(attached: Attached, heard?: number): void {
    this.#dismiss(text.takenOver);
    this.#attached = attached;
    const { manner, isMannerSaid } = attached.connection;
    this.#manner = isMannerSaid ? manner : this.#asked ?? manner;
    this.#isActive();
    this.#report.repeat();
    this.#options.lines.attach(
      attached.terminal,
      (hasMissed) => {
        // Before anything is written that the client counts.
        this.#tellSecret();
        // The client may be another one, which shows prompts in another manner.
        this.#renewPrompt();
        return `${hasMissed ? text.backAgain : text.back}\n`;
      },
      heard,
    );
  }

  /** A connection was lost; if that is the present one, the session is held. */
  lost(terminal: DoorTerminal): void {
    this.#options.lines.detach(terminal);
    if (this.#attached?.terminal !== terminal) return;
    this.#attached = undefined;
    this.#lostMs = this.#options.environment.monotonicMs();
  }

  /** Ends it when nobody has been there, or typed anything, for too long. To be called now and then. */
  check(): void {
    const nowMs = this.#options.environment.monotonicMs();
    if (this.#attached === undefined) {
      if (nowMs - this.#lostMs >= doorLimits.heldMs) this.end();
    } else if (nowMs - this.#typedMs >= doorLimits.idleMs) {
      this.end(text.idle);
    }
  }

  /** Says something that nobody asked for. */
  say(sentence: string): void {
    this.#options.lines.print(`${escapeControl(sentence)}\n`);
  }

  /** Ends it in order, whatever the player does. */
  end(why?: string): void {
    if (why !== undefined && this.#attached !== undefined) this.say(why);
    this.#stop.abort();
    this.#options.lines.end();
  }

  /** Ends the connection, behind all that was said. To be called when the game is over. */
  close(): void {
    this.#dismiss();
  }

  /** Tells clients that draw more than lines who is where. */
  look(crowd: Crowd): void {
    const own = this.place;
    if (!this.#attached?.connection.isTold || own === undefined) return;
    this.#report.company(crowd.at(own).filter((name) => name !== this.name));
    this.#report.crowd(crowd);
  }

  get #hasColour(): boolean {
    return this.#manner !== "spoken" && this.#attached?.connection.hasColour === true;
  }

  #dismiss(why?: string): void {
    const attached = this.#attached;
    if (attached === undefined) return;
    this.#attached = undefined;
    this.#options.lines.detach(attached.terminal);
    if (why !== undefined) attached.connection.write(`\n${why}\n`);
    attached.terminal.close();
    attached.connection.close();
  }

  #tellSecret(): void {
    this.#attached?.connection.tell("CMUD.Session", {
      name: this.name,
      secret: this.secret,
      typed: this.#typedCount,
      written: this.#options.lines.writtenCount,
    });
  }
}
