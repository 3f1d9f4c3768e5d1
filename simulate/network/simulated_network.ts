import {
  type Marshalled,
  type MetListener,
  noFacts,
  type RemoteFacts,
  type SystemId,
  systemKey,
  type TellHost,
  type TellLink,
  type TellNetwork,
  type TellPort,
  type ToldClock,
} from "../../actor/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { hostOf } from "../../rpc/mod.ts";
import type { SimulatedWorld } from "../world/simulated_environment.ts";
import type { LossReason, NetworkObserver } from "./network_observer.ts";
import { Wire } from "./wire.ts";

/** How long a link is down at first, and between two looks whether it can be up again. */
const dialMs = 50;

/** How long a system that somebody named is dialed. */
const meetMs = 60_000;

/** A system on the network. */
interface Opened {
  readonly host: TellHost;
  readonly port: TellPort;
}

function linkKey(from: SystemId, to: SystemId): string {
  return `${systemKey(from)} ${systemKey(to)}`;
}

/**
 * The network between the actor systems of a simulated world: messages take their time, wait for
 * those before them where the bandwidth is limited, arrive in order on each link, and are lost when a
 * link is cut or a system crashes.
 */
export class SimulatedNetwork implements TellNetwork {
  /** Bytes handed over by all systems. */
  bytesSent = 0;
  /** How much leaves on each link, in each direction; what is handed over beyond it waits. */
  bytesPerMs = Infinity;
  /** Of these, by the address that they left. */
  readonly bytesSentBy = new Map<string, number>();
  readonly world: SimulatedWorld;
  /** Sees what happens. */
  observer: NetworkObserver | undefined;
  #messages = 0;
  #latencyMs: (from: string, to: string) => number;
  /** By address. */
  #hosts = new Map<string, Opened>();
  #links = new Map<string, SimulatedLink>();
  #cuts = new Set<string>();
  #redirects = new Map<string, string>();
  /** By address: what all that leaves there shares. */
  #uplinks = new Map<string, Wire>();
  #delays = new Map<string, number>();

  /** @param latencyMs of the next message from one address to another */
  constructor(world: SimulatedWorld, latencyMs: (from: string, to: string) => number) {
    this.world = world;
    this.#latencyMs = latencyMs;
  }

  open(hostname: string, port: number, host: TellHost): TellPort {
    const address = `${hostname}:${port}`;
    // What it advertises is known only once its port is open.
    const own: SystemId = {
      get address() {
        return host.address();
      },
      incarnation: host.incarnation,
    };
    const linkTo = (id: SystemId) => {
      const key = linkKey(own, id);
      const known = this.#links.get(key);
      if (known !== undefined) return known;
      const link = new SimulatedLink(this, own, id);
      this.#links.set(key, link);
      return link;
    };
    const opened: TellPort = {
      address,
      link: (address, incarnation) => linkTo({ address, incarnation }),
      meet: (id, _by, listener) => this.#meet(linkTo(id), listener),
      traffic: () => [],
      unlink: (id) => {
        this.linkBetween(own, id)?.cut(true);
        this.#links.delete(linkKey(own, id));
      },
      close: () => Promise.resolve(this.crash(address)),
    };
    this.#hosts.set(address, { host, port: opened });
    return opened;
  }

  /** Looks now and then whether a link is up, or leads elsewhere, for a minute. */
  #meet(link: SimulatedLink, listener: MetListener, waitedMs = 0): void {
    if (link.epoch > 0) listener(true);
    else if (link.isWrongIncarnation || waitedMs > meetMs) listener(false);
    else this.world.after(dialMs, () => this.#meet(link, listener, waitedMs + dialMs));
  }

  /** Ends a system; its address is free for a restart. */
  crash(address: string): void {
    this.#hosts.delete(address);
    for (const [key, link] of this.#links) {
      const isItsOwn = link.from.address === address;
      if (isItsOwn) this.#links.delete(key);
      if (isItsOwn || link.to.address === address) link.cut(isItsOwn);
    }
  }

  /** Cuts both directions between two addresses, until `mend`. */
  cut(a: string, b: string): void {
    this.cutOneWay(a, b);
    this.cutOneWay(b, a);
  }

  /** Cuts what `from` sends to `to`, and not what comes back, until `mend`. */
  cutOneWay(from: string, to: string): void {
    this.#setCut(from, to, true);
    for (const link of this.#links.values()) {
      if (link.from.address === from && link.to.address === to) link.cut(false);
    }
  }

  /** Has dials of an address reach another one, until it is told its own. Connections that are up stay so. */
  redirect(address: string, target: string): void {
    this.#redirects.set(address, target);
  }

  /** Ends all cuts between two addresses. */
  mend(a: string, b: string): void {
    this.mendOneWay(a, b);
    this.mendOneWay(b, a);
  }

  /** Lets what `from` sends to `to` through again. */
  mendOneWay(from: string, to: string): void {
    this.#setCut(from, to, false);
  }

  #setCut(from: string, to: string, isCut: boolean): void {
    const key = `${from} ${to}`;
    if (isCut === this.#cuts.has(key)) return;
    if (isCut) this.#cuts.add(key);
    else this.#cuts.delete(key);
    this.observer?.cut?.(from, to, isCut);
  }

  canReach(from: string, to: string): boolean {
    return !this.#cuts.has(`${from} ${to}`) && this.#hosts.has(from) && this.#hosts.has(to);
  }

  /** Counts a message that leaves an address. @returns what names the message. */
  sent(from: string, bytes: number): number {
    this.bytesSent += bytes;
    this.bytesSentBy.set(from, (this.bytesSentBy.get(from) ?? 0) + bytes);
    return ++this.#messages;
  }

  /** The host of a system, while it is open. */
  hostOf(id: SystemId): TellHost | undefined {
    return this.#opened(id)?.host;
  }

  /** The port of a system, while it is open. */
  portOf(id: SystemId): TellPort | undefined {
    return this.#opened(id)?.port;
  }

  /** Whether a dial of its address reaches a system. */
  answersAs({ address, incarnation }: SystemId): boolean {
    return this.incarnationAt(address) === incarnation;
  }

  /** The incarnation that a dial of an address reaches. */
  incarnationAt(address: string): string | undefined {
    return this.#hosts.get(this.#redirects.get(address) ?? address)?.host.incarnation;
  }

  #opened({ address, incarnation }: SystemId): Opened | undefined {
    const opened = this.#hosts.get(address);
    return opened?.host.incarnation === incarnation ? opened : undefined;
  }

  linkBetween(from: SystemId, to: SystemId): SimulatedLink | undefined {
    return this.#links.get(linkKey(from, to));
  }

  /** Has all that leaves an address, whoever it is for, share so much, from now on. */
  narrow(address: string, bytesPerMs: number): void {
    this.#uplinks.set(address, new Wire(this.world, bytesPerMs));
  }

  /** What all that leaves an address shares, if it is not much. */
  uplinkOf(address: string): Wire | undefined {
    return this.#uplinks.get(address);
  }

  /** Has messages from one address to another take longer, from now on. */
  delay(from: string, to: string, ms: number): void {
    this.#delays.set(`${from} ${to}`, ms);
  }

  latencyMs(from: string, to: string): number {
    return this.#latencyMs(from, to) + (this.#delays.get(`${from} ${to}`) ?? 0);
  }
}

class SimulatedLink implements TellLink {
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
  #network: SimulatedNetwork;
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
  #underWay = new Set<number>();
  /** Arrived, and not heard yet. */
  #held: (() => void)[] = [];

  constructor(network: SimulatedNetwork, from: SystemId, to: SystemId) {
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
    if (!this.isUp) return;
    this.isUp = false;
    for (const id of this.#underWay) this.#lose(id, "cut off");
    this.told = this.handled = 0;
    this.#held = [];
    this.#arriving = [];
    // The next connection does not wait for what this one had to carry.
    this.#lastArrivalMs = this.#waitingBytes = 0;
    this.#wire = new Wire(this.#network.world, this.#network.bytesPerMs);
    this.#network.observer?.link?.(this, false);
    this.#believe(false);
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
    this.#underWay.add(id);
    this.#network.observer?.sent?.(id, this, message, arrivalMs);
    this.#inThisEpoch(arrivalMs - world.nowMs, () => this.#arrive(id, counter, message));
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
    this.#network.portOf(this.to)?.meet(this.from, this.from, (isMet) => {
      if (this.epoch !== epoch || !this.isUp) return;
      if (!isMet) return this.cut(false);
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
