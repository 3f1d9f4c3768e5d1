import type { Limits } from "../../limits.ts";
import { envelopeBytes } from "../entry/entry_batch.ts";
import { assert } from "../memory/assert.ts";

/** So many times as much may be under way after an acknowledgement, at the most. */
const growthMax = 4;

/** So many times as long a connection is waited for, after others on which nothing got through. */
const patienceMax = 4;

/** So many messages make up what may be under way: while one is acknowledged, others are on their way. */
const messagesUnderWay = 3;

/**
 * How many bytes may be under way to a peer: as many as are acknowledged within a second, beyond what an idle
 * link takes. So a quick link is kept busy however long it is, and on a slow one little is lost when it is
 * cut, and what comes back in time proves that it works. The bound follows each acknowledgement,
 * as that of FAST TCP does (Wei et al., 2006): what was under way then, times the time that it should have
 * taken over the time that it took.
 *
 * While it grows as fast as it may, a message takes all of it, because messages are few in a second: so four of
 * them are enough for a quick link.
 */
export class SendWindow {
  #limits: Limits;
  #bytes: number;
  /** Time of a message there and its acknowledgement back, while nothing else is under way. */
  #roundTripMs = 0;
  /**
   * Whether it grew as fast as it may with the last acknowledgement that says something; `undefined`: none has
   * come on this connection.
   */
  #isGrowing: boolean | undefined;
  /** Connections in a row on which nothing got through. */
  #fruitless = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#bytes = limits.windowBytesFirst;
  }

  /** Bytes that may be under way; a longer message goes alone. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether it is known what the link carries, about. Until then a long message is best sent alone. */
  get isSettled(): boolean {
    return this.#isGrowing === false;
  }

  /** Bytes of the entries in a message. */
  get messageBytes(): number {
    const { syncMessageBytesMax } = this.#limits;
    const bytes = this.#isGrowing ? this.#bytes : this.#bytes / messagesUnderWay;
    return Math.floor(Math.min(syncMessageBytesMax - envelopeBytes, bytes));
  }

  /** Whether so much was under way that it says how much more the link could carry; less says nothing. */
  isLong(bytesUnderWay: number): boolean {
    return bytesUnderWay >= this.messageBytes / 2;
  }

  /** Whether another message may leave while so many bytes are under way: half of it has room. */
  hasRoom(bytesUnderWay: number): boolean {
    return bytesUnderWay + this.messageBytes / 2 <= this.#bytes;
  }

  /**
   * How long the acknowledgement of a message is waited for, until the connection counts as dead: longer
   * when nothing got through on the one before, because a slow link or a busy peer looks alike.
   *
   * @param bytesUnderWay when it was sent: its own, and those before it
   */
  patienceMs(bytesUnderWay: number): number {
    const { ackTimeoutMs } = this.#limits;
    const patienceMs = ackTimeoutMs + 2 * this.#quickMs * bytesUnderWay / this.#bytes;
    return patienceMs * Math.min(patienceMax, 2 ** this.#fruitless);
  }

  /** Time in which an acknowledgement is to come, if as much is under way as may be. */
  get #quickMs(): number {
    return this.#roundTripMs + this.#limits.windowMs;
  }

  /** There is a new connection, which may lead another way. @param roundTripMs that of its greeting */
  connected(roundTripMs: number): void {
    this.#roundTripMs = roundTripMs;
    this.#bytes = Math.min(this.#bytes, this.#limits.windowBytesFirst);
    this.#isGrowing = undefined;
  }

  /**
   * A message was acknowledged.
   *
   * @param bytesUnderWay when it was sent: its own, and those before it
   * @param wasAlone whether there were none before it
   */
  acknowledged(bytesUnderWay: number, tookMs: number, wasAlone: boolean): void {
    const { windowBytesMax, windowBytesSlow, windowBytesMin } = this.#limits;
    this.#fruitless = 0;
    // A short message that went alone tells how long the link takes now, be that longer than ever.
    const isProbe = wasAlone && bytesUnderWay <= windowBytesMin;
    this.#roundTripMs = isProbe ? tookMs : Math.min(this.#roundTripMs, tookMs);
    const quickShare = this.#quickMs / tookMs;
    const quickBytes = bytesUnderWay * quickShare;
    const fastest = Math.min(growthMax * this.#bytes, windowBytesMax);
    if (quickShare < 1) {
      // So little cannot be why it was late: the way is longer than it was, or carries next to nothing.
      if (this.#bytes <= windowBytesSlow) this.#roundTripMs = tookMs;
      this.#isGrowing = false;
      // Nor can what was short be why: a busy peer is late with it.
      const fitting = this.isLong(bytesUnderWay) ? quickBytes : this.#bytes * quickShare;
      // Of what is longer than all that may be under way, and has gone alone, much may fit though it was late.
      const bytesMax = fitting >= growthMax * this.#bytes ? fastest : this.#bytes;
      this.#bytes = Math.min(bytesMax, Math.max(windowBytesSlow, fitting));
    } else if (this.isLong(bytesUnderWay)) {
      this.#isGrowing = quickBytes >= fastest && fastest < windowBytesMax;
      this.#bytes = Math.max(this.#bytes, Math.min(quickBytes, fastest));
    }
  }

  /** The connection ended with messages under way. @param gotThrough whether any were acknowledged on it */
  lost(gotThrough: boolean): void {
    if (gotThrough) return;
    this.#fruitless++;
    this.#bytes = Math.max(this.#limits.windowBytesMin, this.#bytes / 4);
  }

  /** @throws {Error} when an invariant does not hold. */
  assertInvariants(): void {
    const { windowBytesMin, windowBytesMax } = this.#limits;
    const isBounded = this.#bytes >= windowBytesMin && this.#bytes <= windowBytesMax;
    assert(isBounded, "what may be under way is bounded");
  }
}
