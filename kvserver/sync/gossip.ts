import { type ActorRef, uid } from "../../actor/mod.ts";
import type { Limits } from "../../limits.ts";
import type { ForgottenServer } from "../messages/known_servers.ts";

/** What one message tells a peer of other servers. */
export interface Rumours {
  /** Sync actors that the peer is introduced to. */
  readonly introductions: readonly ActorRef[];
  /** Servers that the peer is told to forget. */
  readonly forgotten: readonly ForgottenServer[];
  /** Sync actors of servers that the peer told this one to forget, and that this one hears nevertheless. */
  readonly kept: readonly ActorRef[];
  /** For whose state this server waits, the first one first; absent: the peer knows. */
  readonly awaits: readonly ActorRef[] | undefined;
}

/**
 * What a peer is still to be told of other servers: whom it may not know yet, whom it is to forget, whom it is
 * not, and for whose state this server waits.
 */
export class Gossip {
  /** Other peers that this one is to be introduced to, by uid. */
  #introductions: Rumour<ActorRef>;
  /** Servers that the peer is to forget too, by address. */
  #forgotten: Rumour<ForgottenServer>;
  /** Those that the peer has forgotten and that are there, by uid. */
  #kept: Rumour<ActorRef>;
  /** For whose state this server waits, as the peer was told last. */
  #awaits: readonly ActorRef[] = [];
  #knowsAwaited = true;

  constructor({ messageIntroductionsMax, peersMax, forgottenServersMax }: Limits) {
    this.#introductions = new Rumour(messageIntroductionsMax, peersMax);
    this.#forgotten = new Rumour(forgottenServersMax, forgottenServersMax);
    this.#kept = new Rumour(messageIntroductionsMax, peersMax);
  }

  /** Whether there is nothing to tell. */
  get isEmpty(): boolean {
    return this.#introductions.isEmpty && this.#forgotten.isEmpty && this.#kept.isEmpty &&
      this.#knowsAwaited;
  }

  /** Introduces another peer with one of the next messages. */
  introduce(ref: ActorRef): void {
    this.#introductions.tell(uid(ref), ref);
  }

  /** Another peer is one no more: it is named no more. */
  withdraw(ref: ActorRef): void {
    this.#introductions.withdraw(uid(ref));
    this.#kept.withdraw(uid(ref));
  }

  /** Tells the peer, with the next message, to forget a server. */
  tellForgotten(server: ForgottenServer): void {
    this.#forgotten.tell(server.address, server);
  }

  /** A server that was to be forgotten is known again. */
  withdrawForgotten(address: string): void {
    this.#forgotten.withdraw(address);
  }

  /** Tells the peer, with the next message, that a server is there that it has forgotten. */
  tellKept(ref: ActorRef): void {
    this.#kept.tell(uid(ref), ref);
  }

  /** Tells the peer, with the next message, for whose state this server waits, if that is something else by now. */
  tellAwaited(awaits: readonly ActorRef[]): void {
    const isSame = awaits.length === this.#awaits.length &&
      awaits.every((ref, i) => uid(ref) === uid(this.#awaits[i]));
    if (isSame) return;
    this.#awaits = awaits;
    this.#knowsAwaited = false;
  }

  /** Takes out what the next message tells. */
  take(): Rumours {
    const awaits = this.#knowsAwaited ? undefined : this.#awaits;
    this.#knowsAwaited = true;
    return {
      introductions: this.#introductions.take(),
      forgotten: this.#forgotten.take(),
      kept: this.#kept.take(),
      awaits,
    };
  }

  /** The message with these was lost: they are told again, but for what was withdrawn since. */
  lost({ introductions, forgotten, kept, awaits }: Rumours): void {
    if (awaits !== undefined) this.#knowsAwaited = false;
    this.#introductions.lost(introductions);
    this.#forgotten.lost(forgotten);
    this.#kept.lost(kept);
  }

  /** The message with these was handled. */
  handled({ introductions, forgotten, kept }: Rumours): void {
    this.#introductions.handled(introductions);
    this.#forgotten.handled(forgotten);
    this.#kept.handled(kept);
  }
}

/** What of one kind is to be told, by name. */
class Rumour<T> {
  #atOnce: number;
  #max: number;
  #waiting = new Map<string, T>();
  /** By what is on its way: its name. */
  #underWay = new Map<T, string>();

  /** @param atOnce so many are told with one message @param max so many wait; past that the oldest is left out */
  constructor(atOnce: number, max: number) {
    this.#atOnce = atOnce;
    this.#max = max;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  tell(name: string, what: T): void {
    this.#waiting.delete(name);
    this.#waiting.set(name, what);
    if (this.#waiting.size > this.#max) this.#waiting.delete(this.#waiting.keys().next().value!);
  }

  withdraw(name: string): void {
    this.#waiting.delete(name);
    for (const [what, its] of this.#underWay) if (its === name) this.#underWay.delete(what);
  }

  take(): readonly T[] {
    if (this.isEmpty) return [];
    const taken = [...this.#waiting].slice(0, this.#atOnce);
    for (const [name, what] of taken) {
      this.#waiting.delete(name);
      this.#underWay.set(what, name);
    }
    return taken.map(([, what]) => what);
  }

  lost(told: readonly T[]): void {
    if (told.length === 0) return;
    const later = this.#waiting;
    this.#waiting = new Map();
    for (const what of told) {
      const name = this.#underWay.get(what);
      if (name !== undefined && !later.has(name)) this.#waiting.set(name, what);
    }
    this.handled(told);
    for (const [name, what] of later) this.tell(name, what);
  }

  handled(told: readonly T[]): void {
    for (const what of told) this.#underWay.delete(what);
  }
}
