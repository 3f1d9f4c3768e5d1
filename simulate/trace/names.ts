import { type ActorRef, uid } from "../../actor/mod.ts";

/** What servers and actors go by where a person reads of them. */
export class Names {
  /** By address. */
  #servers = new Map<string, string>();
  /** By uid, of all lives of all servers. */
  #actors = new Map<string, string>();
  /** By name of a server, how often it has started. */
  #lives = new Map<string, number>();

  /** A server starts. @returns how often it has, with this time. */
  started(name: string, address: string): number {
    const life = (this.#lives.get(name) ?? 0) + 1;
    this.#lives.set(name, life);
    this.#servers.set(address, name);
    return life;
  }

  named(ref: ActorRef, name: string): void {
    this.#actors.set(uid(ref), name);
  }

  /** The name of a server, or else its address. */
  server(address: string): string {
    return this.#servers.get(address) ?? address;
  }

  /** The name of an actor or of the inbox before a disk; `undefined`: it is another inbox, or a channel. */
  actor(ref: ActorRef): string | undefined {
    return this.#actors.get(uid(ref));
  }

  /** The name of an actor, or else that of its server. */
  actorOfUid(text: string): string {
    return this.#actors.get(text) ?? text.split(":")[0];
  }
}
