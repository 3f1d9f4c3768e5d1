import { pingCall } from "../kvcommon/mod.ts";
import {
  clientDialer,
  type Dialer,
  type Environment,
  realEnvironment,
  RpcConnection,
} from "../rpc/mod.ts";
import { expectSome, type QueryRouter } from "./router.ts";

/** Options of a `NearestRouter`. */
export interface NearestRouterOptions {
  /** Time between two probes of an address, and the longest wait for a pong, milliseconds. Default 2000. */
  intervalMs?: number;
  /** Clock and timers. Default: the machine's. */
  environment?: Environment;
  /** The network. Default: TCP, of the runtime that the program is on. */
  transport?: Dialer;
}

/** An address as it was last seen. */
interface Candidate {
  address: string;
  connection: RpcConnection | undefined;
  /** Probes in a row that this connection left without an answer. */
  missedProbes: number;
  /** Smoothed round trip; `Infinity` when the last probe or call failed, or none was made yet. */
  roundTripMs: number;
}

/**
 * A connection that leaves so many probes in a row without an answer is given up: its other end may
 * be gone without a word, and what is at the address now be another one. More than one, because the
 * first probe has to wait for the dial.
 */
const missedProbesMax = 2;

/** Weight of the newest round trip in the smoothed one. */
const newestWeight = 0.5;

/** Another address takes over when its round trip is below this share of the present one's. */
const takeOverShare = 0.8;

/**
 * Every call to the address that answers a Ping fastest; to the next one as soon as a call or probe
 * there fails. Addresses are probed all the time, so one that comes back is found again.
 */
export class NearestRouter implements QueryRouter {
  #candidates: Candidate[];
  #current: Candidate;
  #intervalMs: number;
  #environment: Environment;
  #dialer: Dialer;
  #cancelTimer: (() => void) | undefined;
  #closed = false;
  #probing: Promise<unknown>;
  /** Connections that were given up and are not quite gone yet. */
  #ending = new Set<Promise<void>>();

  /**
   * Starts probing; resolves with the first pong, or when every address has failed once.
   *
   * @throws {RangeError} when there is no address.
   */
  static async start(
    addresses: readonly string[],
    options: NearestRouterOptions = {},
  ): Promise<NearestRouter> {
    const router = new NearestRouter(expectSome(addresses), options);
    await router.#probeAll();
    return router;
  }

  private constructor(addresses: readonly string[], options: NearestRouterOptions) {
    this.#environment = options.environment ?? realEnvironment;
    this.#intervalMs = options.intervalMs ?? this.#environment.limits.probeIntervalMs;
    this.#dialer = options.transport ?? clientDialer;
    this.#candidates = addresses.map((address) => ({
      address,
      connection: undefined,
      missedProbes: 0,
      roundTripMs: Infinity,
    }));
    this.#current = this.#candidates[0];
    this.#probing = Promise.resolve();
  }

  /** The `host:port` that answers fastest. */
  nextAddr(): string {
    return this.#current.address;
  }

  /** Leaves `address` until a probe there is answered again. */
  reportFailure(address: string): void {
    const candidate = this.#candidates.find((candidate) => candidate.address === address);
    if (candidate !== undefined) this.#fail(candidate);
  }

  /** Ends probing. Resolves when its connections are closed; `nextAddr` names an address even then. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    await Promise.all(this.#candidates.map(({ connection }) => connection?.close()));
    await this.#probing;
    await Promise.all(this.#ending);
  }

  /** `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @returns when the first has answered, or all have failed; the others go on. */
  #probeAll(): Promise<unknown> {
    const probes = this.#candidates.map((candidate) => this.#probe(candidate));
    this.#probing = Promise.allSettled(probes).then(() => {
      if (this.#closed) return;
      this.#cancelTimer = this.#environment.after(this.#intervalMs, () => void this.#probeAll());
    });
    return Promise.any(probes).catch(() => {});
  }

  async #probe(candidate: Candidate): Promise<void> {
    const connection = this.#connectionTo(candidate);
    try {
      const startMs = this.#environment.monotonicMs();
      await connection.call(pingCall, { timeoutMs: this.#intervalMs });
      candidate.missedProbes = 0;
      // A longer time is one in which this process stood still, and says nothing of the address.
      const tookMs = Math.min(this.#environment.monotonicMs() - startMs, this.#intervalMs);
      this.#succeed(candidate, tookMs);
    } catch (error) {
      if (++candidate.missedProbes === missedProbesMax) this.#giveUp(connection);
      this.#fail(candidate);
      throw error;
    }
  }

  #connectionTo(candidate: Candidate): RpcConnection {
    if (candidate.connection === undefined || candidate.connection.closed) {
      candidate.missedProbes = 0;
      candidate.connection = new RpcConnection(
        candidate.address,
        this.#dialer,
        this.#environment,
      );
    }
    return candidate.connection;
  }

  #giveUp(connection: RpcConnection): void {
    const ended = connection.close().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  #succeed(candidate: Candidate, roundTripMs: number): void {
    candidate.roundTripMs = candidate.roundTripMs === Infinity
      ? roundTripMs
      : newestWeight * roundTripMs + (1 - newestWeight) * candidate.roundTripMs;
    if (candidate.roundTripMs < takeOverShare * this.#current.roundTripMs) {
      this.#current = candidate;
    }
  }

  /** With nobody left that answers, the addresses are tried in turn. */
  #fail(candidate: Candidate): void {
    candidate.roundTripMs = Infinity;
    if (candidate !== this.#current) return;
    const index = this.#candidates.indexOf(candidate);
    const others = [...this.#candidates.slice(index + 1), ...this.#candidates.slice(0, index)];
    this.#current = others.reduce(
      (best, other) => other.roundTripMs < best.roundTripMs ? other : best,
      others[0] ?? candidate,
    );
  }
}
