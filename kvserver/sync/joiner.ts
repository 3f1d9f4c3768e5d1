import { type ActorContext, type ActorRef, uid } from "../../actor/mod.ts";
import { donorPatienceMs, peerLostMs } from "../../limits.ts";
import type { LocalReplicas } from "./local_replicas.ts";
import type { Membership } from "./membership.ts";
import type { Peer } from "./peer.ts";
import type { JoinMessage } from "./sync_messages.ts";

/** The state is being taken over. */
interface Join {
  /** Uids of those who were named, the first choice first. */
  named: readonly string[];
  /** Uids of those who were named meanwhile, whose state is taken over afterwards. */
  further: string[];
  /** Who is asked for the state. */
  donor?: Peer;
  /** The number of that question. */
  question: number;
  /** When it was asked. */
  sinceMs: number;
  /** Whether the donor has sent all, and so has each that was named meanwhile. */
  stateDone: boolean;
  /** Who is told when all replicas have it. */
  replyTo: ActorRef[];
}

/**
 * Takes the state over from another server, the donor: asks one for it, another one when the first
 * is not there, and knows when all of it is on all replicas. The entries come as all entries do.
 */
export class Joiner {
  #context: ActorContext;
  #replicas: LocalReplicas;
  #members: Membership;
  #log: (line: string) => void;
  #join: Join | undefined;
  #lastQuestion = 0;
  /** Whether there was a state to give before any that is being taken over. */
  #hasState = false;

  /** @param log told when there is no donor */
  constructor(
    context: ActorContext,
    replicas: LocalReplicas,
    members: Membership,
    log: (line: string) => void,
  ) {
    this.#context = context;
    this.#replicas = replicas;
    this.#members = members;
    this.#log = log;
  }

  /** @param hasState whether there is a state to give, and not only one to be taken over */
  start(hasState: boolean): void {
    this.#hasState = hasState;
  }

  /** Whether there is nothing that a donor has yet to send. */
  get stateDone(): boolean {
    return this.#join?.stateDone ?? true;
  }

  /** Begins to take over the state of the first of `peers`, or does so afterwards. */
  join({ peers, replyTo }: JoinMessage): void {
    for (const ref of peers) this.#members.learn(ref, false);
    const named = peers.map(uid).filter((name) => this.#members.get(name) !== undefined);
    if (named.length === 0) return this.#context.tell(replyTo, true);
    for (const replica of this.#replicas.all) replica.isReady = false;
    const join = this.#join;
    if (join !== undefined && !join.stateDone) {
      // What is on its way is taken over first: of servers that join one another in a ring, before any
      // of them has a state, each would wait for the next.
      if (!join.further.includes(named[0])) join.further.push(named[0]);
      join.replyTo.push(replyTo);
    } else {
      this.#join = {
        named: [...named, ...join?.named ?? []],
        further: [],
        question: 0,
        sinceMs: this.#context.monotonicMs(),
        replyTo: [...join?.replyTo ?? [], replyTo],
        stateDone: false,
      };
    }
  }

  /** A peer has sent all: the next one is asked, if one was named meanwhile. */
  answered(peer: Peer, question: number): void {
    const join = this.#join;
    if (join?.donor !== peer || join.question !== question) return;
    const next = join.further.shift();
    join.stateDone = next === undefined;
    if (next === undefined) return;
    this.#hasState = true;
    join.named = [next, ...join.named];
    join.donor = undefined;
  }

  /**
   * Whether a peer that takes over the state has to wait for its end: a donor that is taking over its
   * first state itself passes on what it gets, until it has it all.
   *
   * Not one that had a state before, or asks the very peer, or has waited for too long: those who ask
   * each other would wait for ever.
   */
  holdsBack(peer: Peer): boolean {
    const join = this.#join;
    return !this.#hasState && join !== undefined && !join.stateDone && join.donor !== peer &&
      this.#context.monotonicMs() - join.sinceMs < peerLostMs;
  }

  /** Asks a donor if need be, and says so when all is taken over. */
  goOn(): void {
    const join = this.#join;
    if (join === undefined) return;
    if (!join.stateDone && this.#needsDonor(join)) this.#askForState(join);
    if (!join.stateDone || this.#replicas.all.some(({ isReady }) => !isReady)) return;
    for (const replyTo of join.replyTo) this.#context.tell(replyTo, true);
    this.#join = undefined;
    this.#hasState = true;
  }

  #needsDonor({ donor, sinceMs }: Join): boolean {
    if (donor === undefined || donor.isForgotten) return true;
    const patienceMs = this.#context.link(donor.ref).isUp ? peerLostMs : donorPatienceMs;
    return this.#context.monotonicMs() - Math.max(sinceMs, donor.lastHeardMs) > patienceMs;
  }

  #askForState(join: Join): void {
    const named = join.named.flatMap((name) => this.#members.get(name) ?? []);
    const candidates = [...new Set([...named, ...this.#members.peers])];
    const last = candidates.indexOf(join.donor!);
    join.donor = candidates[(last + 1) % candidates.length];
    join.sinceMs = this.#context.monotonicMs();
    if (join.donor !== undefined) {
      join.question = join.donor.wantsState = ++this.#lastQuestion;
    } else {
      this.#log("Nobody is left to take the state over from");
      join.stateDone = true;
    }
  }
}
