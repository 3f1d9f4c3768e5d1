import type { ActorRef, Refusals } from "../../actor/mod.ts";
import type { Logger } from "../../log/mod.ts";
import {
  Backoff,
  ConnectionError,
  type Dialer,
  type Environment,
  pause,
  RpcError,
  TlsError,
} from "../../rpc/mod.ts";
import { fetchSyncActor } from "./describe.ts";
import { JoinError } from "./join_error.ts";

/** Options of a `Discovery`. */
export interface DiscoveryOptions {
  /** Name of the cluster that servers must belong to. */
  cluster: string;
  /** Addresses where nobody but this server itself will be found. */
  own: readonly string[];
  dialer: Dialer;
  environment: Environment;
  /** Takes a line for each server that cannot be joined yet. */
  log: Logger;
  /** The token to show them; default: none. */
  token?(): string | undefined;
  /** Is told which of them do not accept this server. Default: nobody is. */
  refusals?: Pick<Refusals, "note" | "greeted">;
}

/** A system port where a server is expected that has not described itself yet. */
interface Seed {
  readonly address: string;
  /** Whether the server was told to join the seed; else it is remembered. */
  readonly isNamed: boolean;
  /** What has been logged of the seed: each absence once, because the seed is asked again and again. */
  readonly logged: Set<Absence>;
}

/** Why a seed cannot be joined yet. */
type Absence = "silent" | "starting" | "incompatible" | "insecure";

/** A seed's answer: the sync actor of its server, or why there is none. */
type Answer = { seed: Seed; syncActor: ActorRef } | Failure;
type Failure = { seed: Seed; failure: unknown };

/**
 * Finds the servers to sync with: asks system ports for their sync actors until each has answered, less
 * and less often. A server asks those that it was told to join, and those that it remembers from before
 * a restart.
 */
export class Discovery {
  #cluster: string;
  #own: readonly string[];
  #dialer: Dialer;
  #environment: Environment;
  #log: Logger;
  #token: () => string | undefined;
  #refusals: DiscoveryOptions["refusals"];
  /** By address: seeds that have not answered yet. */
  #seeds = new Map<string, Seed>();
  #hasFound = false;
  #ending = new AbortController();
  #asking: Promise<unknown> = Promise.resolve();

  constructor(options: DiscoveryOptions) {
    const { cluster, own, dialer, environment, log, token, refusals } = options;
    this.#refusals = refusals;
    this.#token = token ?? (() => undefined);
    this.#cluster = cluster;
    this.#own = own;
    this.#dialer = dialer;
    this.#environment = environment;
    this.#log = log;
  }

  /**
   * Finds servers for a start: all that answer soon.
   *
   * Without a remembered one, at least one of those named is found: one that is still starting is
   * waited for. With one, this server has been a member before, and starts without the others, because
   * otherwise servers that all start at once, as after a power cut, would wait for each other. An
   * address of this server itself is left out, if others are named too.
   *
   * @throws {ConnectionError | TimeoutError} when one must be found and nobody answers; {JoinError} when
   * what answers where one is named cannot be joined.
   */
  async find(named: readonly string[], remembered: readonly string[] = []): Promise<ActorRef[]> {
    for (const address of remembered) this.#expect(address, false);
    for (const address of named) this.#expect(address, true);
    const { joinRetryMaxMs, rejoinFirstMs, describeTimeoutMs } = this.#environment.limits;
    const isMember = remembered.length > 0;
    const retries = this.#backoff(joinRetryMaxMs);
    for (;;) {
      const answers = await Promise.all(
        [...this.#seeds.values()].map((seed) =>
          this.#ask(seed, isMember ? rejoinFirstMs : describeTimeoutMs)
        ),
      );
      const found = answers.filter((answer) => "syncActor" in answer);
      const all = answers.filter((answer) => "failure" in answer);
      const own = all.filter((answer) => this.#isOwn(answer));
      const failed = all.filter((answer) => !own.includes(answer));
      for (const { seed } of [...found, ...own]) this.#seeds.delete(seed.address);
      this.#hasFound ||= found.length > 0;
      if (!isMember && own.length > 0 && own.length === answers.length) throw ownAddress(own[0]);
      for (const { seed, failure } of failed) {
        if (seed.isNamed && failure instanceof JoinError) throw failure;
      }
      const isStarting = failed.some(({ failure }) => failure instanceof RpcError);
      const isEnough = isMember || found.length > 0 || failed.length === 0;
      if (!isEnough && !isStarting) throw failed[0].failure;
      for (const { seed, failure } of failed) this.#logAbsence(seed, failure);
      if (isEnough) return found.map(({ syncActor }) => syncActor);
      await this.#pause(retries);
    }
  }

  /**
   * Whether another server answers, or is about to: one of the seeds, or one at one of `addresses`. They are
   * asked for a while, because all servers of a cluster may start at once.
   */
  async isAnyoneThere(addresses: readonly string[]): Promise<boolean> {
    if (this.#hasFound) return true;
    const { damagePatienceMs, joinRetryMaxMs } = this.#environment.limits;
    const untilMs = this.#environment.monotonicMs() + damagePatienceMs;
    const retries = this.#backoff(joinRetryMaxMs);
    const expected = [...new Set([...this.#seeds.keys(), ...addresses])]
      .filter((address) => !this.#own.includes(address));
    while (expected.length > 0) {
      const leftMs = untilMs - this.#environment.monotonicMs();
      if (leftMs <= 0 || this.#ending.signal.aborted) return false;
      const answers = await Promise.all(
        expected.map((address) =>
          this.#ask({ address, isNamed: false, logged: new Set() }, leftMs)
        ),
      );
      const isThere = (answer: Answer) =>
        "syncActor" in answer || absenceOf(answer.failure) === "starting";
      if (answers.some(isThere)) return true;
      await this.#pause(retries);
    }
    return false;
  }

  /** Goes on asking the seeds that have not answered. @param join is called with each sync actor found */
  keepAsking(join: (syncActor: ActorRef) => void): void {
    const asking = [...this.#seeds.values()].map((seed) => this.#keepAsking(seed, join));
    this.#asking = Promise.all(asking);
  }

  /** A server made itself known: its seed need not be asked any more, unless that is a named one. */
  found(address: string): void {
    if (this.#seeds.get(address)?.isNamed === false) this.#seeds.delete(address);
  }

  /** A server is to be known no more: it is asked no more, be it named. */
  forget(address: string): void {
    this.#seeds.delete(address);
  }

  /** Stops asking; resolves when no request is open any more. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#asking;
  }

  #expect(address: string, isNamed: boolean): void {
    this.#seeds.set(address, { address, isNamed, logged: new Set() });
  }

  async #keepAsking(seed: Seed, join: (syncActor: ActorRef) => void): Promise<void> {
    const { joinRetryMaxMs, rejoinMaxMs, describeTimeoutMs } = this.#environment.limits;
    const retries = this.#backoff(seed.isNamed ? joinRetryMaxMs : rejoinMaxMs);
    for (;;) {
      await this.#pause(retries);
      if (this.#ending.signal.aborted || !this.#seeds.has(seed.address)) return;
      const answer = await this.#ask(seed, describeTimeoutMs);
      // The server may have made itself known meanwhile.
      if (this.#ending.signal.aborted || !this.#seeds.has(seed.address)) return;
      if ("failure" in answer) this.#logAbsence(seed, answer.failure);
      else {
        this.#seeds.delete(seed.address);
        return join(answer.syncActor);
      }
    }
  }

  /** Whether nobody answers because this very server is to listen there. */
  #isOwn({ seed, failure }: Failure): boolean {
    return failure instanceof ConnectionError && this.#own.includes(seed.address);
  }

  /** Asks a seed. A failure is an answer too, because nothing that a peer says may end a running server. */
  async #ask(seed: Seed, timeoutMs: number): Promise<Answer> {
    const { address } = seed;
    const options = { timeoutMs, signal: this.#ending.signal };
    try {
      const syncActor = await fetchSyncActor(
        address,
        this.#cluster,
        this.#dialer,
        this.#environment,
        options,
        this.#token(),
      );
      this.#refusals?.greeted(address);
      return { seed, syncActor };
    } catch (failure) {
      const absence = absenceOf(failure);
      if (absence === "incompatible" || absence === "insecure") {
        this.#refusals?.note(address, (failure as Error).message, "greeting");
      }
      return { seed, failure };
    }
  }

  #logAbsence({ address, isNamed, logged }: Seed, failure: unknown): void {
    const absence = absenceOf(failure);
    if (logged.has(absence)) return;
    logged.add(absence);
    if (absence === "incompatible") {
      const { message: reason } = failure as JoinError;
      return this.#log.warn("{reason}; it is asked again", { reason });
    }
    const why = absence === "insecure"
      ? ((failure as Error).cause as TlsError).message
      : reasons[absence];
    const fields = { peer: address, why };
    if (isNamed) return this.#log.warn("Cannot join {peer} yet: {why}; it is asked again", fields);
    // All servers of a cluster that start at once miss the others for a moment.
    this.#log.info(
      "Cannot join {peer} yet, which is remembered: {why}; it is asked again",
      fields,
    );
  }

  #backoff(maxMs: number): Backoff {
    const fraction = () => this.#environment.fraction();
    return new Backoff({ minMs: this.#environment.limits.joinRetryMinMs, maxMs, fraction });
  }

  #pause(retries: Backoff): Promise<void> {
    return pause(this.#environment, retries.nextMs(), this.#ending.signal);
  }
}

function ownAddress({ seed: { address } }: Failure): JoinError {
  const why = "that is the address of this server itself; allowed is that of another one";
  return new JoinError(address, `Cannot join ${address}: ${why}`);
}

function absenceOf(failure: unknown): Absence {
  if (failure instanceof JoinError) return "incompatible";
  if ((failure as Error).cause instanceof TlsError) return "insecure";
  return failure instanceof RpcError ? "starting" : "silent";
}

const reasons = { silent: "nobody answers there", starting: "it is still starting" };
