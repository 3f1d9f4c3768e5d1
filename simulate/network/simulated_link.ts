import {
  type Marshalled,
  noFacts,
  type RemoteFacts,
  type SystemId,
  type TellLink,
  type TellPort,
  type ToldClock,
} from "../../actor/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { hostOf } from "../../rpc/mod.ts";
import { type DeliveringNetwork, deliverLate, type SentMessage } from "./late_delivery.ts";
import type { LossReason } from "./network_observer.ts";
import { Wire } from "./wire.ts";

/** How long a link is down at first, and between two looks whether it can be up again. */
export const dialMs = 50;

/** What a link asks of its network. */
export interface LinkNetwork extends DeliveringNetwork {
  /** How much leaves on each link, in each direction; what is handed over beyond it waits. */
  readonly bytesPerMs: number;
  /** What all that leaves an address shares, if it is not much. */
  uplinkOf(address: string): Wire | undefined;
  /** How long the next message from one address to another takes. */
  latencyMs(from: string, to: string): number;
  /** Whether both addresses are there, and nothing is cut that way. */
  canReach(from: string, to: string): boolean;
  /** Whether a dial of its address reaches a system. */
  answersAs(id: SystemId): boolean;
  /** The incarnation that a dial of an address reaches. */
  incarnationAt(address: string): string | undefined;
  /** The port of a system, while it is open. */
  portOf(id: SystemId): TellPort | undefined;
  linkBetween(from: SystemId, to: SystemId): SimulatedLink | undefined;
  /** Counts a message that leaves an address. @returns what names the message. */
  sent(from: string, bytes: number): number;
}

/** One direction between two systems of a simulated network, and what is on its way there. */
export class SimulatedLink implements TellLink {
  isUp = false;
  isWrongIncarnation = false;
  foundIncarnation: string | undefined;
  epoch = 0;
  told = 0;
  handled = 0;
  readonly from: SystemId;
  readonly to: SystemId;
  /** Whether the other side has greeted this one at its address, so that it hears what comes. */
  isBelieved = false;
  #network: LinkNetwork;
  #watchers: (() => void)[] = [];
  #lastArrivalMs = 0;
  roundTripMs = 0;
  #answeredMs = 0;
  /** Of each message that is not handled, when the first of its bytes arrives. */
  #arriving: number[] = [];
  /** What the clock of the other side showed when it greeted, and when that was. */
  #greeted: { clockMs: number; atMs: number } | undefined;
  #wire: Wire;
  #waitingBytes = 0;
  #closed = false;
  /** Sent, and not known to be handled. */
  #underWay = new Map<number, SentMessage>();
  /** Arrived, and not heard yet. */
  #held: (() => void)[] = [];

  constructor(network: LinkNetwork, from: SystemId, to: SystemId) {
    this.#network = network;
    this.from = from;
    this.to = to;
    this.#wire = new Wire(network.world, network.bytesPerMs);
    network.world.after(dialMs, () => this.#dial());
  }

  get isHeard(): boolean {
    return this.#network.linkBetween(this.to, this.from)?.isBelieved ?? false;
  }

  get clock(): ToldClock | undefined {
    if (this.#greeted === undefined) return undefined;
    const ageMs = this.#network.world.nowMs - this.#greeted.atMs;
    return { nowMs: this.#greeted.clockMs + ageMs, ageMs };
  }

  get host(): string {
    return hostOf(this.to.address);
  }

  /** While a message arrives or is unhandled, the other side says so time and again, if it hears this one. */
  get silentMs(): number {
    const { nowMs } = this.#network.world;
    const hasBegun = this.#arriving[0] <= nowMs - this.roundTripMs / 2;
    if (hasBegun && this.isBelieved) this.#answeredMs = nowMs;
    return nowMs - this.#answeredMs;
  }

  get roomBytes(): number {
    return Math.max(0, defaultLimits.linkBytesMax - this.#waitingBytes);
  }

  get facts(): RemoteFacts {
    return { ...noFacts, version: this.#network.hostOf(this.to)?.version };
  }

  onChange(fn: () => void): void {
    this.#watchers.push(fn);
  }

  reset(): void {
    this.cut(false);
  }

  /** Loses what is on its way. @param forEver whether the sender is no more, or ends the link */
  cut(forEver: boolean): void {
    this.#closed ||= forEver;
    if (!this.isUp) return this.#believe(false);
    for (const id of this.#underWay.keys()) this.#lose(id, "cut off");
    this.#disconnect(false);
  }

  /**
   * Has the sender give the connection up, as if no answer came on it, and dial anew. What is on its way arrives all
   * the same, so much later, on the old connection, which the other side still hears; no acknowledgement comes back.
   */
  reconnect(lateMs: number): void {
    if (!this.isUp || !this.isBelieved) return this.cut(false);
    const { nowMs } = this.#network.world;
    const onTheWay = [...this.#underWay.values()].filter(({ arrivalMs }) => arrivalMs > nowMs);
    for (const { id } of onTheWay) this.#underWay.delete(id);
    for (const id of this.#underWay.keys()) this.#lose(id, "cut off");
    deliverLate(this.#network, this, onTheWay, lateMs);
    this.#disconnect(true);
  }

  #disconnect(isStillHeard: boolean): void {
    this.isUp = false;
    this.told = this.handled = 0;
    this.#held = [];
    this.#arriving = [];
    // The next connection does not wait for what this one had to carry.
    this.#lastArrivalMs = this.#waitingBytes = 0;
    this.#wire = new Wire(this.#network.world, this.#network.bytesPerMs);
    this.#network.observer?.link?.(this, false);
    if (!isStillHeard) this.#believe(false);
    this.changed();
    this.#network.world.after(dialMs, () => this.#dial());
  }

  send(counter: number, message: Marshalled, reserved: boolean): boolean {
    const bytes = message.end - message.start;
    const bound = reserved ? defaultLimits.linkBytesMax : defaultLimits.linkBytesMax / 2;
    if (!this.isUp || this.#waitingBytes + bytes > bound) return false;
    const id = this.#network.sent(this.from.address, bytes);
    this.told++;
    const { world } = this.#network;
    const latencyMs = this.#network.latencyMs(this.from.address, this.to.address);
    this.#arriving.push(Math.max(this.#lastArrivalMs, world.nowMs + latencyMs));
    const arrivalMs = Math.max(this.#lastArrivalMs, this.#leaveMs(bytes) + latencyMs);
    this.#lastArrivalMs = arrivalMs;
    const sent = copyOf(message);
    this.#underWay.set(id, { id, counter, message: sent, arrivalMs });
    this.#network.observer?.sent?.(id, this, sent, arrivalMs);
    this.#inThisEpoch(arrivalMs - world.nowMs, () => this.#arrive(id, counter, sent));
    return true;
  }

  /** Calls `fn` unless the connection has ended by then. */
  #inThisEpoch(delayMs: number, fn: () => void): void {
    const { epoch } = this;
    this.#network.world.after(delayMs, () => {
      if (this.epoch === epoch && this.isUp) fn();
    });
  }

  #lose(id: number, reason: LossReason): void {
    this.#underWay.delete(id);
    this.#network.observer?.lost?.(id, this, reason);
  }

  #arrive(id: number, counter: number, message: Marshalled): void {
    const host = this.#network.hostOf(this.to);
    if (host === undefined) return;
    this.#network.observer?.arrived?.(id, this);
    const handOver = () => {
      const reason = host.check(counter, message, this.from);
      if (reason === undefined) host.receive(counter, { ...message, source: { handled } });
      else {
        this.#lose(id, "refused");
        host.refusedMessage("simulated", this.from.address, reason);
        this.cut(false);
      }
    };
    const { epoch } = this;
    const handled = () => {
      if (this.epoch === epoch) this.#acknowledge(id);
    };
    if (this.isBelieved) handOver();
    else this.#held.push(handOver);
  }

  #acknowledge(id: number): void {
    const { from, to } = this;
    const latencyMs = this.#network.latencyMs(to.address, from.address);
    this.#network.observer?.acknowledges?.(id, this, this.#network.world.nowMs + latencyMs);
    this.#inThisEpoch(latencyMs, () => {
      this.#underWay.delete(id);
      this.#network.observer?.acknowledged?.(id, this);
      this.handled++;
      this.#arriving.shift();
      this.changed();
    });
  }

  /** When so many bytes have left, behind all that waits already. */
  #leaveMs(bytes: number): number {
    const { world, bytesPerMs } = this.#network;
    this.#wire.bytesPerMs = bytesPerMs;
    const leaveMs = Math.max(
      this.#wire.leaveMs(bytes),
      // What was handed over before the connection ended leaves all the same.
      this.#network.uplinkOf(this.from.address)?.leaveMs(bytes) ?? 0,
    );
    if (leaveMs === world.nowMs) return leaveMs;
    this.#waitingBytes += bytes;
    this.#inThisEpoch(leaveMs - world.nowMs, () => this.#waitingBytes -= bytes);
    return leaveMs;
  }

  #dial(): void {
    if (this.#closed || this.isUp) return;
    const { from, to } = this;
    const isReached = this.#network.canReach(from.address, to.address);
    if (isReached && this.#network.answersAs(to)) {
      this.isUp = true;
      this.isWrongIncarnation = false;
      this.epoch++;
      this.#network.observer?.link?.(this, true);
      const latencyMs = this.#network.latencyMs(to.address, from.address);
      this.roundTripMs = 2 * latencyMs;
      const host = this.#network.hostOf(to);
      if (host !== undefined) {
        this.#greeted = { clockMs: host.now() - latencyMs, atMs: this.#network.world.nowMs };
      }
      this.#inThisEpoch(0, () => this.#askToBeBelieved());
      this.changed();
      return;
    }
    const found = this.#network.incarnationAt(to.address);
    if (isReached && (!this.isWrongIncarnation || this.foundIncarnation !== found)) {
      this.isWrongIncarnation = true;
      this.foundIncarnation = found;
      this.changed();
    }
    this.#network.world.after(dialMs, () => this.#dial());
  }

  /** The other side hears what comes when it has greeted this one. */
  #askToBeBelieved(): void {
    const { epoch } = this;
    this.#network.portOf(this.to)?.meet(this.from, this.from, (outcome) => {
      if (this.epoch !== epoch || !this.isUp) return;
      if (outcome !== "met") return this.cut(false);
      this.#believe(true);
      for (const handOver of this.#held.splice(0)) handOver();
    });
  }

  #believe(isBelieved: boolean): void {
    if (this.isBelieved === isBelieved) return;
    this.isBelieved = isBelieved;
    this.#network.linkBetween(this.to, this.from)?.changed();
  }

  changed(): void {
    if (!this.#closed) { for (const fn of this.#watchers) fn(); }
  }
}

/** A long message has memory of its own, which its sender takes back. */
function copyOf(message: Marshalled): Marshalled {
  const { bytes, start, end } = message;
  if (bytes.length <= defaultLimits.messageChunkBytes) return message;
  return { bytes: bytes.slice(start, end), start: 0, end: end - start };
}
