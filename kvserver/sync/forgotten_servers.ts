import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import type { ForgottenServer } from "../messages/known_servers.ts";
import type { PeerNote } from "../messages/peer_note.ts";
import { isForgotten } from "./peer_message_fault.ts";

/**
 * Servers that are forgotten: until one of them greets again itself, nobody is believed who names it. They are
 * remembered after a restart, and bounded.
 */
export class ForgottenServers {
  #context: ActorContext;
  #journal: ActorRef | undefined;
  /** By address, the last at the end. */
  #servers = new Map<string, ForgottenServer>();

  /** @param journal is told of each, if there is one */
  constructor(context: ActorContext, journal: ActorRef | undefined) {
    this.#context = context;
    this.#journal = journal;
  }

  /** Takes what the server knew before it started. */
  start(servers: readonly ForgottenServer[]): void {
    for (const server of servers) {
      // What others refuse to be told they refuse with all that is in the same message.
      if (isForgotten(server, this.#context.limits)) this.#servers.set(server.address, server);
    }
  }

  /** All of them, the last at the end. */
  get all(): Iterable<ForgottenServer> {
    return this.#servers.values();
  }

  /** The one of which this life is forgotten. */
  of(ref: ActorRef): ForgottenServer | undefined {
    const server = this.#servers.get(ref.address);
    return server !== undefined && isOf(ref, server) ? server : undefined;
  }

  /** A server that was known is forgotten. Beyond the bound, the one that was forgotten first is no more. */
  add(server: ForgottenServer): void {
    const { address } = server;
    this.#servers.delete(address);
    this.#servers.set(address, server);
    if (this.#servers.size > this.#context.limits.forgottenServersMax) {
      this.#servers.delete(this.#servers.keys().next().value!);
    }
    if (this.#journal === undefined) return;
    this.#context.tell(this.#journal, { type: "peerForgotten", ...server } satisfies PeerNote);
  }

  /**
   * Keeps in mind that a server is forgotten that is not known, lest one is believed that was not told. Only those
   * that come to be known later are told: whoever makes up such servers pushes none out, and has nothing passed on.
   */
  note({ address, incarnations }: ForgottenServer): void {
    if (this.#servers.has(address)) return;
    if (this.#servers.size >= this.#context.limits.forgottenServersMax) return;
    this.#servers.set(address, { address, incarnations: [...incarnations] });
  }

  /** A server is forgotten no more: it greeted. */
  delete(address: string): void {
    this.#servers.delete(address);
  }
}

/** Whether a life of a server is one of those that are forgotten: all, when none is named. */
export function isOf({ incarnation }: ActorRef, { incarnations }: ForgottenServer): boolean {
  return incarnations.length === 0 || incarnations.includes(incarnation);
}
