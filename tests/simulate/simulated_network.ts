import type { Marshalled, TellHost, TellLink, TellNetwork, TellPort } from "../../actor/mod.ts";
import { defaultLimits } from "../../limits.ts";
import type { SimulatedWorld } from "../support/simulated_environment.ts";

/** How long a link is down at first, and between two looks whether it can be up again. */
const dialMs = 50;

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
  readonly world: SimulatedWorld;
  #latencyMs: (from: string, to: string) => number;
  #hosts = new Map<string, TellHost>();
  #links = new Set<SimulatedLink>();
  #cuts = new Set<string>();

  /** @param latencyMs of the next message from one address to another */
  constructor(world: SimulatedWorld, latencyMs: (from: string, to: string) => number) {
    this.world = world;
    this.#latencyMs = latencyMs;
  }

  open(hostname: string, port: number, host: TellHost): TellPort {
    const address = `${hostname}:${port}`;
    const links = new Map<string, SimulatedLink>();
    this.#hosts.set(address, host);
    return {
      address,
      link: (to, incarnation) => {
        const key = `${to}/${incarnation}`;
        let link = links.get(key);
        if (link === undefined) {
          link = new SimulatedLink(this, address, to, incarnation);
          links.set(key, link);
          this.#links.add(link);
        }
        return link;
      },
      close: () => Promise.resolve(this.crash(address)),
    };
  }

  /** Ends a system; its address is free for a restart. */
  crash(address: string): void {
    this.#hosts.delete(address);
    for (const link of this.#links) {
      if (link.from === address) this.#links.delete(link);
      if (link.from === address || link.to === address) link.cut(link.from === address);
    }
  }

  /** Cuts both directions between two addresses, until `mend`. */
  cut(a: string, b: string): void {
    this.cutOneWay(a, b);
    this.cutOneWay(b, a);
  }

  /** Cuts what `from` sends to `to`, and not what comes back, until `mend`. */
  cutOneWay(from: string, to: string): void {
    this.#cuts.add(`${from} ${to}`);
    for (const link of this.#links) if (link.from === from && link.to === to) link.cut(false);
  }

  /** Ends all cuts between two addresses. */
  mend(a: string, b: string): void {
    for (const key of [`${a} ${b}`, `${b} ${a}`]) this.#cuts.delete(key);
  }

  canReach(from: string, to: string): boolean {
    return !this.#cuts.has(`${from} ${to}`) && this.#hosts.has(from) && this.#hosts.has(to);
  }

  hostAt(address: string): TellHost | undefined {
    return this.#hosts.get(address);
  }

  latencyMs(from: string, to: string): number {
    return this.#latencyMs(from, to);
  }
}

class SimulatedLink implements TellLink {
  isUp = false;
  isGone = false;
  epoch = 0;
  readonly from: string;
  readonly to: string;
  #network: SimulatedNetwork;
  #incarnation: string;
  #watchers: (() => void)[] = [];
  #lastArrivalMs = 0;
  /** When all that was handed over has left. */
  #freeAtMs = 0;
  #waitingBytes = 0;
  #closed = false;

  constructor(network: SimulatedNetwork, from: string, to: string, incarnation: string) {
    this.#network = network;
    this.from = from;
    this.to = to;
    this.#incarnation = incarnation;
    network.world.after(dialMs, () => this.#dial());
  }

  get roomBytes(): number {
    return Math.max(0, defaultLimits.linkBytesMax - this.#waitingBytes);
  }

  onChange(fn: () => void): void {
    this.#watchers.push(fn);
  }

  reset(): void {
    this.cut(false);
  }

  /** Loses what is on its way. @param forEver whether the sender is no more */
  cut(forEver: boolean): void {
    this.#closed ||= forEver;
    if (!this.isUp) return;
    this.isUp = false;
    this.epoch++;
    // The next connection does not wait for what this one had to carry.
    this.#lastArrivalMs = this.#freeAtMs = this.#waitingBytes = 0;
    this.#changed();
    this.#network.world.after(dialMs, () => this.#dial());
  }

  send(counter: number, message: Marshalled, reserved: boolean): boolean {
    const bytes = message.end - message.start;
    const bound = reserved ? defaultLimits.linkBytesMax : defaultLimits.linkBytesMax / 2;
    if (!this.isUp || this.#waitingBytes + bytes > bound) return false;
    this.#network.bytesSent += bytes;
    const { world } = this.#network;
    const { epoch } = this;
    const arrivalMs = Math.max(
      this.#lastArrivalMs,
      this.#leaveMs(bytes) + this.#network.latencyMs(this.from, this.to),
    );
    this.#lastArrivalMs = arrivalMs;
    world.after(arrivalMs - world.nowMs, () => {
      const host = this.#network.hostAt(this.to);
      if (this.epoch === epoch && host?.incarnation === this.#incarnation) {
        host.receive(counter, message);
      }
    });
    return true;
  }

  /** When so many bytes have left, behind all that waits already. */
  #leaveMs(bytes: number): number {
    const { world, bytesPerMs } = this.#network;
    this.#freeAtMs = Math.max(world.nowMs, this.#freeAtMs) + bytes / bytesPerMs;
    if (this.#freeAtMs === world.nowMs) return world.nowMs;
    const { epoch } = this;
    this.#waitingBytes += bytes;
    world.after(this.#freeAtMs - world.nowMs, () => {
      if (this.epoch === epoch) this.#waitingBytes -= bytes;
    });
    return this.#freeAtMs;
  }

  #dial(): void {
    if (this.#closed || this.isUp || this.isGone) return;
    if (!this.#network.canReach(this.from, this.to)) {
      this.#network.world.after(dialMs, () => this.#dial());
      return;
    }
    if (this.#network.hostAt(this.to)!.incarnation === this.#incarnation) {
      this.isUp = true;
      this.epoch++;
    } else this.isGone = true;
    this.#changed();
  }

  #changed(): void {
    if (!this.#closed) { for (const fn of this.#watchers) fn(); }
  }
}
