import { Admission, type Rights } from "../access/mod.ts";
import { type Environment, greatestShare, hostOf, TlsError, type Transport } from "../rpc/mod.ts";
import { Countersigns } from "./countersign.ts";
import type { Credentials } from "./credentials.ts";
import { greet, type GreetedStream, RefusedError } from "./greeting.ts";
import {
  type EndMeeting,
  Introductions,
  type MeetOptions,
  type MetListener,
} from "./introductions.ts";
import type { Refusals, Refused } from "./refusals.ts";
import { RemoteLink, type RemoteLinkHost } from "./remote_link.ts";
import { type ConnectionEnds, type ConnectionHost, SystemConnection } from "./system_connection.ts";
import { type Claim, type SystemId, systemKey } from "./system_id.ts";
import type { TellHost, TellLink, Traffic } from "./tell_network.ts";
import { UnhandledMessages } from "./unhandled_messages.ts";

/** The links of a port to other systems, and the connections that those have to it. */
export class Links implements RemoteLinkHost, ConnectionHost {
  readonly system: TellHost;
  readonly environment: Environment;
  readonly unhandled: UnhandledMessages;
  #dialing: Transport;
  /** By incarnation, then by address: both are at hand, and putting them together would take longer. */
  #links = new Map<string, Map<string, RemoteLink>>();
  #linkCount = 0;
  #credentials: Credentials;
  /** All connections, as far as tokens are asked for. */
  #served = new Set<SystemConnection>();
  #refusals: Refusals;
  #introductions: Introductions;
  #countersigns: Countersigns;
  /** By `systemKey`: what each system of a link was found to show this one; `null`: nothing. */
  #shown = new Map<string, string | null>();
  /** The connections of each system that was greeted. */
  #connections = new Map<string, Set<SystemConnection>>();
  /** By `systemKey`, where tokens are asked for: by which each system is heard, or was last while it has a link. */
  #proofs = new Map<string, Rights>();
  /** How many connections are read no further because memory is full. */
  #waitingForMemory = 0;
  /** By `systemKey`, of those that are heard: when the system's clock was read last. */
  #clockReadMs = new Map<string, number>();
  /** Ends the wait for the next look at who is to be sent a `Ping`. */
  #cancelBeat: (() => void) | undefined;
  #isClosed = false;
  /** Links that are being closed. */
  #closing = new Set<Promise<void>>();

  constructor(
    system: TellHost,
    dialing: Transport,
    environment: Environment,
    credentials: Credentials,
    refusals: Refusals,
  ) {
    this.#refusals = refusals;
    this.#credentials = credentials;
    this.system = system;
    this.environment = environment;
    this.unhandled = new UnhandledMessages(environment);
    this.#dialing = dialing;
    this.#countersigns = new Countersigns(environment);
    this.#introductions = new Introductions({
      environment,
      greet: (id, signal) => this.#introduce(id, signal),
      greeted: (id, connection) => this.#greeted(id, connection),
    });
    refusals.onChange = (count) => system.refusedBy(count);
  }

  /** Serves a connection to the port. */
  serve(ends: ConnectionEnds): SystemConnection {
    const connection = new SystemConnection(this, ends);
    if (this.#credentials.access !== undefined) this.#served.add(connection);
    return connection;
  }

  admit(host: string): Admission | undefined {
    const { access } = this.#credentials;
    return access && new Admission(access, host);
  }

  left(connection: SystemConnection): void {
    this.#served.delete(connection);
  }

  /** A system whose token is known no more is sent nothing until it shows another one. */
  revoke(): void {
    const { access } = this.#credentials;
    for (const connection of [...this.#served]) connection.revoke();
    // Also systems that have no connection to this one at the moment.
    for (const [key, proof] of [...this.#proofs]) {
      if (access?.knows(proof)) continue;
      const [connection] = this.#connections.get(key) ?? [];
      const rights = connection?.rights;
      if (rights !== undefined) this.#proofs.set(key, rights);
      else this.#distrust(key);
    }
  }

  #distrust(key: string): void {
    this.#proofs.delete(key);
    for (const links of this.#links.values()) {
      for (const link of links.values()) if (systemKey(link.id) === key) link.distrust();
    }
  }

  trusts(id: SystemId): boolean {
    return this.#credentials.access === undefined || this.isHeard(systemKey(id));
  }

  link(address: string, incarnation: string): TellLink | undefined {
    return this.#links.get(incarnation)?.get(address) ?? this.#add({ address, incarnation });
  }

  meet(claim: Claim, from: string, listener: MetListener): EndMeeting {
    const isShown = this.#shown.get(systemKey(claim)) === claim.countersign;
    return this.#meet(claim, isShown, { isCaller: true, from }, listener);
  }

  meetNamed(id: SystemId, by: SystemId, listener: MetListener): void {
    // Where it calls from, because a host has as many names as it likes.
    const [connection] = this.#connections.get(systemKey(by)) ?? [];
    const from = connection?.peer ?? hostOf(by.address);
    this.#meet(id, true, { isCaller: false, from }, listener);
  }

  isMine(countersign: string, caller: SystemId): boolean {
    return this.#countersigns.for(caller) === countersign;
  }

  unlink({ address, incarnation }: SystemId): void {
    const links = this.#links.get(incarnation);
    const link = links?.get(address);
    if (links === undefined || link === undefined) return;
    links.delete(address);
    this.#shown.delete(systemKey(link.id));
    if (links.size === 0) this.#links.delete(incarnation);
    this.#linkCount--;
    this.#forgetProof(link.id);
    const closing = link.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#endBeats();
    this.#introductions.close();
    this.#refusals.close();
    const links = [...this.#links.values()].flatMap((links) => [...links.values()]);
    await Promise.all([...links.map((link) => link.close()), ...this.#closing]);
  }

  // ---- systems that are greeted ---------------------------------------------------------------

  async greet(id: SystemId, signal: AbortSignal, isYours?: string): Promise<GreetedStream> {
    const { incarnation, cluster, version } = this.system;
    const hello = {
      address: this.system.address(),
      incarnation,
      expected: id.incarnation,
      cluster,
      called: id.address,
      countersign: this.#countersigns.for(id),
      isYours,
      version,
      token: this.#credentials.token,
    };
    try {
      const greeted = await greet(id.address, hello, this.#dialing, this.environment, signal);
      this.#refusals.greeted(id.address);
      return greeted;
    } catch (error) {
      // That does not mend itself.
      const isRefusal = error instanceof RefusedError || error instanceof TlsError;
      if (isRefusal) this.refused(id.address, error.message, "greeting");
      throw error;
    }
  }

  /** Greets a system; if somebody says that he is that system, it is asked as well whether he is. */
  async #introduce(id: SystemId | Claim, signal: AbortSignal): Promise<GreetedStream> {
    const isYours = "countersign" in id ? id.countersign ?? undefined : undefined;
    const greeted = await this.greet(id, signal, isYours);
    if (!("countersign" in id) || greeted.isMine !== false) return greeted;
    greeted.stream.close();
    throw new RefusedError(`The connection is not one of ${id.address}`);
  }

  /** @param isProven whether it is enough that the system was greeted before */
  #meet(
    id: SystemId | Claim,
    isProven: boolean,
    options: MeetOptions,
    listener: MetListener,
  ): EndMeeting {
    const link = this.#linkTo(id);
    const isMet = isProven && link !== undefined && link.epoch > 0;
    // Another system that claims this address is not there, because this one is.
    const { incarnation } = this.system;
    const isOwn = id.address === this.system.address() || id.incarnation === incarnation;
    if (!isMet && !isOwn) return this.#introductions.meet(id, options, listener);
    listener(isMet ? "met" : "another");
    return () => {};
  }

  /** A link that is there already dials by itself. */
  #greeted(id: SystemId | Claim, connection: GreetedStream): void {
    const { address, incarnation } = id;
    const isLinked = this.#linkTo(id) !== undefined;
    const isTaken = !isLinked && this.#add({ address, incarnation }, connection) !== undefined;
    if (!isTaken) connection.stream.close();
    if ("countersign" in id && (isLinked || isTaken)) {
      this.#shown.set(systemKey(id), id.countersign);
    }
  }

  #add(id: SystemId, greeted?: GreetedStream): RemoteLink | undefined {
    const { linksMax } = this.environment.limits;
    if (this.#linkCount >= linksMax) this.#forgetUnused(id, greeted);
    if (this.#linkCount >= linksMax) return undefined;
    const link = new RemoteLink(id, this, greeted);
    let links = this.#links.get(id.incarnation);
    if (links === undefined) this.#links.set(id.incarnation, links = new Map());
    links.set(id.address, link);
    this.#linkCount++;
    return link;
  }

  /**
   * Makes room: ends the links that lead to another incarnation, and those that nobody watches, as far as
   * their systems are not heard. When all are, one that nobody watches makes way, of the host that has most.
   */
  #forgetUnused({ address }: SystemId, greeted?: GreetedStream): void {
    const unused = [...this.#links.values()].flatMap((links) => [...links.values()]).filter((
      link,
    ) => link.isWrongIncarnation || link.isUnused && link.told === 0);
    const unheard = unused.filter(({ isHeard }) => !isHeard);
    for (const { id } of unheard) this.unlink(id);
    if (unheard.length > 0) return;
    const host = hostOf(greeted?.stream.peer ?? address);
    const most = greatestShare(unused, (link) => link.host ?? hostOf(link.id.address), host);
    if (most !== undefined) this.unlink(most[most.length - 1].id);
  }

  // ---- systems that are heard -----------------------------------------------------------------

  isHeard(key: string): boolean {
    return this.#connections.has(key);
  }

  waitsForMemory(waits: boolean): void {
    const before = this.#waitingForMemory;
    this.#waitingForMemory += waits ? 1 : -1;
    if ((before === 0) !== (this.#waitingForMemory === 0)) this.system.memoryFull(waits);
  }

  heardMs(key: string): number {
    let heardMs = -Infinity;
    for (const connection of this.#connections.get(key) ?? []) {
      heardMs = Math.max(heardMs, connection.heardMs);
    }
    return heardMs;
  }

  heardOf(id: SystemId, bytes: number): void {
    const link = this.#linkTo(id);
    if (link !== undefined) link.heardBytes += bytes;
  }

  /** What has gone over each link, those of one address together. */
  traffic(): Traffic[] {
    const byAddress = new Map<string, Traffic>();
    for (const links of this.#links.values()) {
      for (const { id: { address }, toldBytes, heardBytes } of links.values()) {
        const known = byAddress.get(address);
        byAddress.set(address, {
          address,
          toldBytes: toldBytes + (known?.toldBytes ?? 0),
          heardBytes: heardBytes + (known?.heardBytes ?? 0),
        });
      }
    }
    return [...byAddress.values()];
  }

  refusedOf(id: SystemId): void {
    const link = this.#linkTo(id);
    if (link !== undefined) link.refusedMessages++;
  }

  readClock(id: SystemId, clockMs: number, roundTripMs: number): void {
    this.#linkTo(id)?.skew.read(clockMs, this.environment.now(), roundTripMs);
    this.#clockReadMs.set(systemKey(id), this.environment.monotonicMs());
  }

  contested(address: string): void {
    this.system.contested(address);
  }

  #linkTo({ address, incarnation }: SystemId): RemoteLink | undefined {
    return this.#links.get(incarnation)?.get(address);
  }

  /** Looks, again and again while anybody is heard, of whom nothing has come for long. */
  #beatLater(): void {
    const { heartbeatCheckMs } = this.environment.limits;
    this.#cancelBeat = this.environment.after(heartbeatCheckMs, () => {
      this.#cancelBeat = undefined;
      this.#beat();
      if (this.#connections.size > 0) this.#beatLater();
    });
  }

  #beat(): void {
    const { heartbeatMs, clockReadMs } = this.environment.limits;
    const nowMs = this.environment.monotonicMs();
    for (const [key, connections] of this.#connections) {
      for (const connection of [...connections]) connection.check();
      // Those that were dead have ended.
      if (connections.size === 0) continue;
      const [{ id }] = connections;
      const heardMs = this.#linkTo(id!)?.facts.heardMs ?? this.heardMs(key);
      const isClockDue = nowMs - (this.#clockReadMs.get(key) ?? -Infinity) >= clockReadMs;
      if (!isClockDue && nowMs - heardMs < heartbeatMs) continue;
      // The newest: an older one may be dead without knowing it.
      [...connections].at(-1)!.beat();
    }
  }

  #endBeats(): void {
    this.#cancelBeat?.();
    this.#cancelBeat = undefined;
  }

  opened(id: SystemId, connection: SystemConnection): void {
    const link = this.#linkTo(id);
    if (link !== undefined) link.version = connection.version;
    this.#refusals.heard(id.address);
    if (connection.rights !== undefined) this.#proofs.set(systemKey(id), connection.rights);
    if (this.#cancelBeat === undefined && !this.#isClosed) this.#beatLater();
    const connections = this.#connections.get(systemKey(id));
    if (connections !== undefined) return void connections.add(connection);
    this.#connections.set(systemKey(id), new Set([connection]));
    link?.trusted();
    link?.changed();
  }

  closed(id: SystemId, connection: SystemConnection): void {
    const connections = this.#connections.get(systemKey(id));
    if (!connections?.delete(connection) || connections.size > 0) return;
    this.#connections.delete(systemKey(id));
    this.#clockReadMs.delete(systemKey(id));
    if (this.#connections.size === 0) this.#endBeats();
    const link = this.#linkTo(id);
    link?.changed();
    // Who was greeted, and told nothing that made anybody watch it, is dialed no longer than it is here.
    if (link?.isUnused && link.told === 0) this.unlink(id);
    this.#forgetProof(id);
  }

  /** Of who is neither heard nor told anything. */
  #forgetProof(id: SystemId): void {
    const key = systemKey(id);
    if (!this.isHeard(key) && this.#linkTo(id) === undefined) this.#proofs.delete(key);
  }

  foundWrongIncarnation(id: SystemId): void {
    for (const connection of this.#connections.get(systemKey(id)) ?? []) connection.contest();
  }

  leastPauseMs(): number {
    let down = 0;
    for (const links of this.#links.values()) {
      for (const { isUp } of links.values()) if (!isUp) down++;
    }
    return down * 1_000 / this.environment.limits.reconnectsPerSecond;
  }

  // ---- what links have to tell ----------------------------------------------------------------

  dropped(count: number): void {
    this.system.dropped(count);
  }

  refused(address: string, reason: string, refused: Refused): void {
    const isNews = !this.#isClosed && this.#refusals.note(address, reason, refused);
    if (isNews) this.system.refused(address, reason);
  }
}
