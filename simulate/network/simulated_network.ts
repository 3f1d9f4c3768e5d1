import type { MetListener, SystemId, TellHost, TellNetwork, TellPort } from "../../actor/mod.ts";
import type { SimulatedWorld } from "../world/simulated_environment.ts";
import { LinkTable } from "./link_table.ts";
import type { NetworkObserver } from "./network_observer.ts";
import { dialMs, type LinkNetwork, SimulatedLink } from "./simulated_link.ts";
import { Wire } from "./wire.ts";

/** How long a system that somebody named is dialed. */
const meetMs = 60_000;

/** A system on the network. */
interface Opened {
  readonly host: TellHost;
  readonly port: TellPort;
}

/**
 * The network between the actor systems of a simulated world: messages take their time, wait for
 * those before them where the bandwidth is limited, arrive in order on each link, and are lost when a
 * link is cut or a system crashes.
 */
export class SimulatedNetwork implements TellNetwork, LinkNetwork {
  /** Bytes handed over by all systems. */
  bytesSent = 0;
  /** Of these, by the address that they left. */
  readonly bytesSentBy = new Map<string, number>();
  readonly world: SimulatedWorld;
  /** Sees what happens. */
  observer: NetworkObserver | undefined;
  #messages = 0;
  #bytesPerMs = Infinity;
  #latencyMs: (from: string, to: string) => number;
  /** By address. */
  #hosts = new Map<string, Opened>();
  #links = new LinkTable();
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

  /** How much leaves on each link, in each direction; what is handed over beyond it waits. */
  get bytesPerMs(): number {
    return this.#bytesPerMs;
  }

  set bytesPerMs(bytesPerMs: number) {
    this.#bytesPerMs = bytesPerMs;
    this.observer?.bandwidth?.(bytesPerMs);
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
      const known = this.#links.find(own, id);
      if (known !== undefined) return known;
      const link = new SimulatedLink(this, own, id);
      this.#links.add(link);
      return link;
    };
    const opened: TellPort = {
      address,
      link: (address, incarnation) => linkTo({ address, incarnation }),
      meet: (id, _by, listener) => this.#meet(linkTo(id), listener),
      traffic: () => [],
      unlink: (id) => {
        const link = this.#links.find(own, id);
        link?.cut(true);
        if (link !== undefined) this.#links.delete(link);
      },
      close: () => Promise.resolve(this.crash(address)),
    };
    this.#hosts.set(address, { host, port: opened });
    return opened;
  }

  /** Looks now and then whether a link is up, or leads elsewhere, for a minute. */
  #meet(link: SimulatedLink, listener: MetListener, waitedMs = 0): void {
    if (link.epoch > 0) listener("met");
    else if (link.isWrongIncarnation) listener("another", link.foundIncarnation);
    else if (waitedMs > meetMs) listener("missed");
    else this.world.after(dialMs, () => this.#meet(link, listener, waitedMs + dialMs));
  }

  /** Ends a system; its address is free for a restart. */
  crash(address: string): void {
    this.#hosts.delete(address);
    for (const link of this.#links) {
      const isItsOwn = link.from.address === address;
      if (isItsOwn) this.#links.delete(link);
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
    for (const link of this.#links) {
      if (link.from.address === from && link.to.address === to) link.cut(false);
    }
  }

  /**
   * Has `from` give its connection to `to` up and dial anew: what is on its way arrives all the same, so much later
   * than it would, beside what comes on the new connection.
   */
  reconnect(from: string, to: string, lateMs = 0): void {
    this.observer?.reconnects?.(from, to, lateMs);
    for (const link of this.#links) {
      if (link.from.address === from && link.to.address === to) link.reconnect(lateMs);
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

  isCut(from: string, to: string): boolean {
    return this.#cuts.has(`${from} ${to}`);
  }

  canReach(from: string, to: string): boolean {
    return !this.isCut(from, to) && this.#hosts.has(from) && this.#hosts.has(to);
  }

  sent(from: string, bytes: number): number {
    this.bytesSent += bytes;
    this.bytesSentBy.set(from, (this.bytesSentBy.get(from) ?? 0) + bytes);
    return ++this.#messages;
  }

  hostOf(id: SystemId): TellHost | undefined {
    return this.#opened(id)?.host;
  }

  portOf(id: SystemId): TellPort | undefined {
    return this.#opened(id)?.port;
  }

  answersAs({ address, incarnation }: SystemId): boolean {
    return this.incarnationAt(address) === incarnation;
  }

  incarnationAt(address: string): string | undefined {
    return this.#hosts.get(this.#redirects.get(address) ?? address)?.host.incarnation;
  }

  #opened({ address, incarnation }: SystemId): Opened | undefined {
    const opened = this.#hosts.get(address);
    return opened?.host.incarnation === incarnation ? opened : undefined;
  }

  linkBetween(from: SystemId, to: SystemId): SimulatedLink | undefined {
    return this.#links.find(from, to);
  }

  /** Has all that leaves an address, whoever it is for, share so much, from now on. */
  narrow(address: string, bytesPerMs: number): void {
    this.#uplinks.set(address, new Wire(this.world, bytesPerMs));
  }

  uplinkOf(address: string): Wire | undefined {
    return this.#uplinks.get(address);
  }

  /** Has messages from one address to another take longer, from now on. */
  delay(from: string, to: string, ms: number): void {
    this.#delays.set(`${from} ${to}`, ms);
  }

  latencyMs(from: string, to: string): number {
    let ms = this.#latencyMs(from, to);
    if (this.#delays.size > 0) ms += this.#delays.get(`${from} ${to}`) ?? 0;
    this.observer?.takes?.(from, to, ms);
    return ms;
  }
}
