import { type ActorRef, uid } from "../../actor/mod.ts";
import type { Limits } from "../../limits.ts";
import type { ForgottenServer } from "../messages/known_servers.ts";

/** What one message tells a peer of other servers. */
export interface Rumours {
  /** Sync actors that the peer is introduced to. */
  readonly introductions: readonly ActorRef[];
  /** Servers that the peer is told to forget. */
  readonly forgotten: readonly ForgottenServer[];
  /** For whose state this server waits, the first one first; absent: the peer knows. */
  readonly awaits: readonly ActorRef[] | undefined;
}

/**
 * What a peer is still to be told of other servers: whom it may not know yet, whom it is to forget, and for
 * whose state this server waits.
 */
export class Gossip {
  #introductionsMax: number;
  #knownForgottenMax: number;
  /** Other peers that this one is to be introduced to, by uid. */
  #introductions = new Map<string, ActorRef>();
  /** Servers that the peer is to forget too, by address. */
  #forgotten = new Map<string, ForgottenServer>();
  /** Addresses of servers that the peer knows to be forgotten, those that it has known for longest first. */
  #knownForgotten = new Set<string>();
  /** For whose state this server waits, as the peer was told last. */
  #awaits: readonly ActorRef[] = [];
  #knowsAwaited = true;

  constructor({ messageIntroductionsMax, forgottenServersMax }: Limits) {
    this.#introductionsMax = messageIntroductionsMax;
    this.#knownForgottenMax = forgottenServersMax;
  }

  /** Whether there is nothing to tell. */
  get isEmpty(): boolean {
    return this.#introductions.size === 0 && this.#forgotten.size === 0 && this.#knowsAwaited;
  }

  /** Introduces another peer with one of the next messages. */
  introduce(ref: ActorRef): void {
    this.#introductions.set(uid(ref), ref);
  }

  /** Takes an introduction back that has not been sent. */
  withdraw(ref: ActorRef): void {
    this.#introductions.delete(uid(ref));
  }

  /** Tells the peer, with the next message, to forget a server. */
  tellForgotten(server: ForgottenServer): void {
    this.#forgotten.set(server.address, server);
    this.#knownForgotten.delete(server.address);
  }

  /** A server that was to be forgotten is known again. */
  withdrawForgotten(address: string): void {
    this.#forgotten.delete(address);
    this.#knownForgotten.delete(address);
  }

  /** The peer knows that a server is forgotten: because it said so, or was told. */
  noteForgotten(address: string): void {
    if (this.#forgotten.has(address)) return;
    this.#knownForgotten.add(address);
    if (this.#knownForgotten.size <= this.#knownForgottenMax) return;
    this.#knownForgotten.delete(this.#knownForgotten.values().next().value!);
  }

  /** Whether the peer knows that a server is forgotten: if it names that server, it has greeted it since. */
  knowsForgotten(address: string): boolean {
    return this.#knownForgotten.has(address);
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
    const taken = [...this.#introductions].slice(0, this.#introductionsMax);
    for (const [name] of taken) this.#introductions.delete(name);
    const forgotten = [...this.#forgotten.values()];
    this.#forgotten.clear();
    const awaits = this.#knowsAwaited ? undefined : this.#awaits;
    this.#knowsAwaited = true;
    return { introductions: taken.map(([, ref]) => ref), forgotten, awaits };
  }

  /** The message with these was lost: they are told again. */
  lost({ introductions, forgotten, awaits }: Rumours): void {
    if (awaits !== undefined) this.#knowsAwaited = false;
    for (const server of forgotten) this.tellForgotten(server);
    for (const ref of introductions) this.introduce(ref);
  }
}
