import type { ActorRef, Marshalled } from "../../actor/mod.ts";
import { readLogBatch } from "../../kvserver/disk/log_batch.ts";
import { isAccepted, readAccepted } from "../../kvserver/messages/journal_messages.ts";
import type { MergeMessage, WrittenMessage } from "../../kvserver/messages/replica_messages.ts";
import type { PeerMessage } from "../../kvserver/sync/peer_message.ts";
import { decode, MsgpackReader } from "../../rpc/mod.ts";
import type { ClientRequest, ClusterObserver, ServerStart } from "../cluster/cluster_observer.ts";
import type { ReplicaObserver } from "../cluster/observed_store.ts";
import type { LossReason, Way } from "../network/network_observer.ts";
import { replicaName } from "../cluster/simulated_cluster.ts";
import type { Happening, RemovalReason, SentKind, TracedEntry, TraceListener } from "./event.ts";
import { Names } from "./names.ts";
import { peerWords } from "./peer_words.ts";
import { tracedEntries, tracedEntry } from "./traced_entries.ts";
import { laterWords, shown, writesWords } from "./words.ts";

/** Makes events of what happens in a simulated cluster, of which it is the observer. */
export class Tracer implements ClusterObserver {
  #listener: TraceListener;
  #names = new Names();
  #nowMs: () => number = () => 0;
  /** What the messages under way are about. */
  #underWay = new Map<number, { kinds: readonly SentKind[]; text: string }>();

  constructor(listener: TraceListener) {
    this.#listener = listener;
  }

  follow(world: { readonly nowMs: number }): void {
    this.#nowMs = () => world.nowMs;
  }

  /** Something happens. */
  emit(happening: Happening): void {
    this.#listener({ atMs: this.#nowMs(), ...happening });
  }

  /** What happens from now on is not told. */
  end(): void {
    this.#listener = () => {};
  }

  // ---- servers ------------------------------------------------------------------------------

  starting({ name, address, system, replicaCount, skewMs, hasDisk, joins }: ServerStart): void {
    const life = this.#names.started(name, address);
    const actors = Array.from({ length: replicaCount }, (_, i) => replicaName(name, i));
    this.emit({ type: "started", server: name, actors, skewMs, hasDisk, joins, life });
    system.observer = { told: (from, to, message) => this.#told(from, to, message) };
  }

  named(ref: ActorRef, name: string): void {
    this.#names.named(ref, name);
  }

  joins(server: string, others: readonly string[]): void {
    this.emit({ type: "joins", server, others });
  }

  ended(server: string, how: "crashed" | "stopped"): void {
    this.emit({ type: how, server });
  }

  forgets(server: string, address: string): void {
    this.emit({ type: "forgets", server, other: this.#names.server(address) });
  }

  clockSet(server: string, skewMs: number): void {
    this.emit({ type: "clockSet", server, skewMs });
  }

  asked(to: string, request: ClientRequest): void {
    this.emit({ type: "asked", to, request });
  }

  onDisk(server: string, batches: readonly Uint8Array[]): void {
    const entries = batches.map(readLogBatch)
      .filter(({ kind }) => kind === "entries")
      .flatMap(({ bytes }) => tracedEntries(bytes, this.#names));
    if (entries.length > 0) this.emit({ type: "onDisk", server, entries });
  }

  // ---- replicas -----------------------------------------------------------------------------

  replica(replica: string): ReplicaObserver {
    const traced = (entry: Parameters<typeof tracedEntry>[0]) => tracedEntry(entry, this.#names);
    return {
      wrote: (held, before) => {
        const replaced = before && traced(before);
        const entry = traced(held);
        this.emit({ type: "wrote", replica, entry, ...(replaced && { replaced }) });
      },
      merged: (held, before) => {
        const replaced = before && traced(before);
        const entry = traced(held);
        const why = replaced === undefined
          ? `it held nothing of ${shown(entry.key)}`
          : laterWords(entry, replaced);
        this.emit({ type: "merged", replica, entry, ...(replaced && { replaced }), why });
      },
      kept: (held, received) => {
        const [entry, refused] = [traced(held), traced(received)];
        this.emit({ type: "kept", replica, entry, refused, why: laterWords(entry, refused) });
      },
      removed: (held) => {
        const entry = traced(held);
        this.emit({ type: "removed", replica, entry, reason: this.#reasonOf(entry) });
      },
      passed: (held, hasExpired) => {
        this.emit({ type: hasExpired ? "hidden" : "shown", replica, entry: traced(held) });
      },
    };
  }

  #reasonOf({ value, expiresMs }: TracedEntry): RemovalReason {
    if (value === null) return "collected";
    return expiresMs !== undefined && expiresMs <= this.#nowMs() ? "expired" : "dropped";
  }

  // ---- tells inside a server ----------------------------------------------------------------

  #told(from: ActorRef | undefined, to: ActorRef, message: Marshalled): void {
    // What comes from outside is what a client asks, and what goes to another server is sent.
    if (from === undefined || from.address !== to.address || from.counter === to.counter) return;
    const [sender, receiver] = [this.#names.actor(from), this.#names.actor(to)];
    if (sender === undefined || receiver === undefined) return;
    const { entries, text } = this.#read(message);
    this.emit({ type: "told", from: sender, to: receiver, entries, text });
  }

  #read({ bytes, start, end }: Marshalled): { entries: readonly TracedEntry[]; text: string } {
    if (isAccepted(bytes[start])) {
      const accepted = readAccepted(new MsgpackReader(bytes, start, end));
      const { removals, seen } = accepted;
      const entries = accepted.entries.length === 0
        ? []
        : tracedEntries(accepted.entries, this.#names);
      const words = [
        ...(entries.length > 0 ? [writesWords(entries)] : []),
        ...(removals.length > 0 ? ["what is gone"] : []),
        ...(seen.length > 0 ? ["what it has seen"] : []),
      ];
      return { entries, text: words.join("; ") };
    }
    const message = decode(bytes, start, end) as MergeMessage | WrittenMessage | { type: string };
    const entries = "entries" in message ? tracedEntries(message.entries, this.#names) : [];
    const words = entries.length > 0 ? [writesWords(entries)] : [];
    if (message.type === "merge") words.push(...mergeWords(message as MergeMessage));
    else if (message.type === "written") words.push(...writtenWords(message as WrittenMessage));
    else words.push(message.type);
    return { entries, text: words.join("; ") };
  }

  // ---- the network --------------------------------------------------------------------------

  sent(id: number, way: Way, message: Marshalled, arrivesMs: number): void {
    const { bytes, start, end } = message;
    const peerMessage = decode(bytes, start, end) as PeerMessage;
    const entries = tracedEntries(peerMessage.entries, this.#names);
    const words = peerWords(peerMessage, this.#names);
    const kinds: SentKind[] = [
      ...(entries.length > 0 ? ["entries" as const] : []),
      ...words.keys(),
    ];
    if (kinds.length === 0) kinds.push("greeting");
    const texts = [...(entries.length > 0 ? [writesWords(entries)] : []), ...words.values()];
    const text = texts.length === 0 ? "says that it is there" : texts.join("; ");
    this.#underWay.set(id, { kinds, text: entries.length > 0 ? writesWords(entries) : text });
    this.emit({
      type: "sent",
      id,
      ...this.#ends(way),
      kinds,
      entries,
      text,
      bytes: end - start,
      arrivesMs,
    });
  }

  arrived(id: number, way: Way): void {
    this.emit({ type: "arrived", id, ...this.#ends(way) });
  }

  acknowledges(id: number, way: Way, arrivesMs: number): void {
    this.emit({ type: "acknowledges", id, ...this.#ends(way), ...this.#about(id), arrivesMs });
  }

  acknowledged(id: number, way: Way): void {
    this.#underWay.delete(id);
    this.emit({ type: "acknowledged", id, ...this.#ends(way) });
  }

  lost(id: number, way: Way, reason: LossReason): void {
    const why = reason === "refused" ? "the receiver refused it" : "the connection ended";
    this.emit({ type: "lost", id, ...this.#ends(way), ...this.#about(id), why });
    this.#underWay.delete(id);
  }

  link(way: Way, isUp: boolean): void {
    this.emit({ type: isUp ? "linkUp" : "linkDown", ...this.#ends(way) });
  }

  cut(from: string, to: string, isCut: boolean): void {
    const ends = { from: this.#names.server(from), to: this.#names.server(to) };
    this.emit({ type: isCut ? "cut" : "healed", ...ends });
  }

  reconnects(from: string, to: string, lateMs: number): void {
    const ends = { from: this.#names.server(from), to: this.#names.server(to) };
    this.emit({ type: "reconnects", ...ends, lateMs });
  }

  #about(id: number): { kinds: readonly SentKind[]; text: string } {
    return this.#underWay.get(id) ?? { kinds: [], text: "" };
  }

  #ends({ from, to }: Way): { from: string; to: string } {
    return { from: this.#names.server(from.address), to: this.#names.server(to.address) };
  }
}

/** What a sync actor tells a replica, entries aside. */
function mergeWords({ dropped, claims, collect, compare, read, refusal }: MergeMessage): string[] {
  return wordsOf([
    [dropped, "what it is to hold no more"],
    [claims, "what that covers"],
    [collect, "what all have seen"],
    [compare, "asks for a step of a comparison"],
    [read, "asks for a part of all there is"],
    [refusal, `refuse Puts: ${refusal}`],
  ]);
}

/** What a replica tells its sync actor, entries aside. */
function writtenWords({ claims, seen, compared, part }: WrittenMessage): string[] {
  return wordsOf([
    [claims, "what that covers"],
    [seen, "what it has seen"],
    [compared, "a step of a comparison"],
    [part, "a part of all there is"],
  ]);
}

/** The words for those parts of a message that are in it. */
function wordsOf(parts: readonly (readonly [part: unknown, words: string])[]): string[] {
  return parts.filter(([part]) => part !== undefined).map(([, words]) => words);
}
