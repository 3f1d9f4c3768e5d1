import { doorLimits } from "../../../limits.ts";
import { type Logger, reasonOf } from "../../../log/mod.ts";
import { type Environment, pause, TokenBucket } from "../../../rpc/mod.ts";
import { foldedName, type GameStore, readPresent, StoreFailure } from "../../game/mod.ts";
import type { Doorkeeper, Resumption, Visit } from "../lines/doorkeeper.ts";
import { HeldLines } from "../lines/held_lines.ts";
import { KeyTerminal } from "../lines/key_terminal.ts";
import { LineTerminal } from "../lines/line_terminal.ts";
import type { PlayerConnection } from "../lines/player_connection.ts";
import { Attempts } from "../names/attempts.ts";
import { Owners } from "../names/owners.ts";
import { Passwords } from "../names/passwords.ts";
import { HouseRules } from "../rules/house_rules.ts";
import { rulesPrefix } from "../rules/rule_keys.ts";
import { doorStore } from "../store/door_store.ts";
import { SharedListening } from "../store/shared_listening.ts";
import { SharedReads } from "../store/shared_reads.ts";
import { Crowd } from "./crowd.ts";
import { login } from "./login.ts";
import * as text from "./login_text.ts";
import { type Attached, PlayerSession } from "./player_session.ts";

/** What a host is made of. */
export interface GameHostOptions {
  readonly store: GameStore;
  readonly environment: Environment;
  readonly log: Logger;
  /** How often a step of the game is tried: once at each server, and once more. Default 1. */
  readonly tries?: number;
  readonly passwords?: Passwords;
  /** Connections from one address. Default: `connectionsPerAddressMax`. */
  readonly perAddressMax?: number;
}

/**
 * Plays with whoever comes to its doors: hundreds of sessions over one client of the store. It decides the pace
 * and the rules, because its players write nothing themselves.
 */
export class GameHost implements Doorkeeper {
  readonly #options: GameHostOptions;
  readonly #owners: Owners;
  readonly #attempts: Attempts;
  readonly #listening: SharedListening | undefined;
  readonly #reads: SharedReads;
  /** By folded name. */
  readonly #sessions = new Map<string, PlayerSession>();
  readonly #games = new Set<Promise<void>>();
  /** Those who have not said who they are, and how to send each away. */
  readonly #unknown = new Set<(why: string) => void>();
  readonly #byHost = new Map<string, number>();
  readonly #closing = new AbortController();
  readonly #looking: Promise<void>;
  #rules = new HouseRules();
  /** The newest announcement that was said; `undefined`: those from before are not said. */
  #announced: string | undefined;

  constructor(options: GameHostOptions) {
    const { store, environment, passwords = new Passwords() } = options;
    this.#options = options;
    this.#owners = new Owners(store, passwords, environment);
    this.#attempts = new Attempts(environment);
    this.#listening = store.listen &&
      new SharedListening((onChange) => store.listen!(onChange), environment);
    this.#reads = new SharedReads(store);
    this.#looking = this.#lookAgainAndAgain();
  }

  /** Number of players who are in, also those whose connections are lost at the moment. */
  get sessions(): number {
    return this.#sessions.size;
  }

  async visit(connection: PlayerConnection, before?: Resumption): Promise<Visit> {
    const { host } = connection;
    const open = this.#byHost.get(host) ?? 0;
    const { perAddressMax = doorLimits.connectionsPerAddressMax } = this.#options;
    if (open >= perAddressMax || this.#closing.signal.aborted) {
      connection.write(`${this.#closing.signal.aborted ? text.closing : text.tooManyFromHere}\n`);
      connection.close();
      return nobody;
    }
    this.#byHost.set(host, open + 1);
    const terminal = connection.typing === "keys"
      ? await KeyTerminal.open(connection)
      : new LineTerminal(connection);
    return this.#serve({ connection, terminal }, before);
  }

  /** Sends everybody home in order. Resolves when all is written that has to be. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const sendAway of this.#unknown) sendAway(text.closing);
    for (const session of this.#sessions.values()) session.end(text.closing);
    while (this.#games.size > 0) await Promise.all(this.#games);
    await this.#looking;
    await this.#listening?.close();
  }

  #serve(attached: Attached, before: Resumption | undefined): Visit {
    const { terminal, connection: { host } } = attached;
    let session = this.#sessionOf(before?.secret);
    const lines = new HeldLines(this.#pacing());
    if (session !== undefined) session.attach(attached, before?.heard);
    else {
      lines.attach(terminal);
      this.#track(this.#admit(attached, lines, (entered) => session = entered));
    }
    let isLost = false;
    return {
      get isIn() {
        return session !== undefined;
      },
      receive: (bytes) => {
        session?.typed();
        return terminal.receive(bytes);
      },
      lost: () => {
        if (isLost) return;
        isLost = true;
        const open = this.#byHost.get(host)! - 1;
        if (open > 0) this.#byHost.set(host, open);
        else this.#byHost.delete(host);
        if (session === undefined) lines.end();
        else session.lost(terminal);
        terminal.close();
      },
    };
  }

  #sessionOf(secret: string | undefined): PlayerSession | undefined {
    if (secret === undefined) return undefined;
    return this.#sessions.values().find((session) => session.secret === secret);
  }

  /** Finds out who it is, and plays. @param entered called when that is known */
  async #admit(
    attached: Attached,
    lines: HeldLines,
    entered: (session: PlayerSession) => void,
  ): Promise<void> {
    const { connection, terminal } = attached;
    try {
      const name = await this.#login(connection, lines);
      if (name === undefined) return;
      const folded = foldedName(name);
      const before = this.#sessions.get(folded);
      if (before !== undefined) {
        entered(before);
        lines.detach(terminal);
        return before.attach(attached);
      }
      if (this.#sessions.size >= doorLimits.sessionsMax) {
        return lines.print(`${text.full}\n`);
      }
      const session = this.#begin(name, lines, attached);
      this.#sessions.set(folded, session);
      entered(session);
      try {
        await this.#play(session);
      } finally {
        this.#sessions.delete(folded);
        session.close();
      }
    } catch (error) {
      if (lines.isAttached) lines.print(`${text.failed}\n`);
      throw error;
    } finally {
      if (lines.isAttached) {
        lines.detach(terminal);
        terminal.close();
        connection.close();
      }
    }
  }

  async #login(connection: PlayerConnection, lines: HeldLines): Promise<string | undefined> {
    const known = new AbortController();
    const sendAway = (why: string) => {
      if (lines.isAttached) lines.print(`\n${why}\n`);
      lines.end();
    };
    this.#unknown.add(sendAway);
    pause(this.#options.environment, doorLimits.loginMs, known.signal).then(() => {
      if (!known.signal.aborted) sendAway(text.tooLate);
    });
    try {
      return await login({
        lines,
        host: connection.host,
        // Rows that are read aloud are whole sentences.
        columns: () => connection.manner === "drawn" ? connection.columns() : 0,
        owners: this.#owners,
        attempts: this.#attempts,
        banOf: (name) => this.#rules.measure("ban", name)?.why,
      });
    } finally {
      known.abort();
      this.#unknown.delete(sendAway);
    }
  }

  #begin(name: string, lines: HeldLines, attached: Attached): PlayerSession {
    const { store, environment, tries = 1 } = this.#options;
    const isHidden = (other: string) => this.#rules.measure("hide", other) !== undefined;
    const view = doorStore(store, this.#reads, this.#listening, { name, isHidden });
    const isMuted = () => this.#rules.measure("mute", name) !== undefined;
    return new PlayerSession(
      { name, lines, store: view, environment, tries, isMuted, isHidden },
      attached,
    );
  }

  /** A fault of one game ends that one. */
  async #play(session: PlayerSession): Promise<void> {
    const { log } = this.#options;
    try {
      await session.play();
    } catch (error) {
      log.error("The game of {player} ended: {reason}", {
        player: session.name,
        reason: reasonOf(error),
      });
      session.say(text.failed);
    }
  }

  #track(game: Promise<void>): void {
    const { log } = this.#options;
    const caught = game.catch((error) => {
      log.error("Somebody could not come in: {reason}", { reason: reasonOf(error) });
    }).finally(() => this.#games.delete(caught));
    this.#games.add(caught);
  }

  #pacing(): () => Promise<void> {
    const { environment } = this.#options;
    const bucket = new TokenBucket(doorLimits.linesAtOnce, doorLimits.lineEveryMs);
    return async () => {
      const waitMs = bucket.waitMs(environment.monotonicMs());
      if (waitMs > 0) await pause(environment, waitMs, this.#closing.signal);
      bucket.take(environment.monotonicMs());
    };
  }

  async #lookAgainAndAgain(): Promise<void> {
    const { environment, log } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#look();
      } catch (error) {
        // The next look reads the same.
        if (!(error instanceof StoreFailure)) {
          log.error("Cannot look around: {reason}", { reason: reasonOf(error) });
        }
      }
      await pause(environment, doorLimits.lookEveryMs, signal);
    }
  }

  /** Reads what was laid down, and who is where, and does what follows from that. */
  async #look(): Promise<void> {
    const { store, environment } = this.#options;
    for (const session of this.#sessions.values()) session.check();
    this.#rules = new HouseRules(await store.list(rulesPrefix));
    this.#announce();
    for (const session of this.#sessions.values()) {
      const ban = this.#rules.measure("ban", session.name);
      if (ban !== undefined) session.end(text.sentAway(ban.why));
    }
    if (this.#sessions.size === 0) return;
    const { records } = await readPresent(store, environment.now());
    const shown = records.filter(({ name }) => this.#rules.measure("hide", name) === undefined);
    const crowd = new Crowd(shown);
    for (const session of this.#sessions.values()) session.look(crowd);
  }

  #announce(): void {
    const { announcements } = this.#rules;
    const before = this.#announced;
    this.#announced = announcements.at(-1)?.key ?? "";
    if (before === undefined) return;
    for (const { key, words } of announcements) {
      if (key <= before) continue;
      for (const session of this.#sessions.values()) session.say(`To all: ${words}`);
    }
  }
}

/** Who was not let in. */
const nobody: Visit = { isIn: false, receive: () => {}, lost: () => {} };
