import { SendWindow } from "../../kvserver/sync/send_window.ts";
import { defaultLimits } from "../../limits.ts";
import { assert, assertEquals, assertGreater, assertLess } from "../deps.ts";

const KiB = 1024;
const MiB = 1024 * KiB;

/** A message on a link. */
interface Message {
  readonly bytes: number;
  readonly bytesUnderWay: number;
  readonly sentMs: number;
  readonly ackMs: number;
}

/** A link that carries one message after the other, and a sender that always has more to send. */
class BusyLink {
  readonly window = new SendWindow(defaultLimits);
  bytesPerMs: number;
  roundTripMs: number;
  nowMs = 0;
  acknowledgedBytes = 0;
  /** How long the last acknowledgement took. */
  tookMs = 0;
  #messages: Message[] = [];
  #freeAtMs = 0;

  constructor(bytesPerMs: number, roundTripMs: number) {
    this.bytesPerMs = bytesPerMs;
    this.roundTripMs = roundTripMs;
    this.window.connected(roundTripMs);
  }

  get bytesUnderWay(): number {
    return this.#messages.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  run(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    for (;;) {
      while (this.window.hasRoom(this.bytesUnderWay)) this.#send(this.window.messageBytes);
      const [first] = this.#messages;
      if (first.ackMs > endMs) break;
      this.#messages.shift();
      this.nowMs = first.ackMs;
      this.acknowledgedBytes += first.bytes;
      const wasAlone = first.bytes === first.bytesUnderWay;
      this.tookMs = this.nowMs - first.sentMs;
      this.window.acknowledged(first.bytesUnderWay, this.tookMs, wasAlone);
      this.window.assertInvariants();
    }
    this.nowMs = endMs;
  }

  #send(bytes: number): void {
    this.#freeAtMs = Math.max(this.nowMs, this.#freeAtMs) + bytes / this.bytesPerMs;
    this.#messages.push({
      bytes,
      bytesUnderWay: this.bytesUnderWay + bytes,
      sentMs: this.nowMs,
      ackMs: this.#freeAtMs + this.roundTripMs,
    });
  }

  /** What gets through in so long, per byte that the link could carry. */
  use(durationMs: number): number {
    const before = this.acknowledgedBytes;
    this.run(durationMs);
    return (this.acknowledgedBytes - before) / (durationMs * this.bytesPerMs);
  }
}

for (const bytesPerMs of [1, 8, 32, 125, 1_250, 12_500]) {
  for (const roundTripMs of [0.2, 40, 500, 2_000]) {
    Deno.test(`a link of ${bytesPerMs} bytes/ms and ${roundTripMs} ms is kept busy, and no more`, () => {
      const link = new BusyLink(bytesPerMs, roundTripMs);
      link.run(60_000);
      // A message is acknowledged as a whole, so the window is taken up while the last one is sent, too.
      const { windowBytesMax, syncMessageBytesMax } = defaultLimits;
      const cycleBytes = bytesPerMs * roundTripMs + syncMessageBytesMax;
      const useMax = Math.min(1, windowBytesMax / cycleBytes);
      assertGreater(link.use(600_000), 0.8 * useMax);
      const slowMs = defaultLimits.windowBytesSlow / bytesPerMs;
      assertLess(link.tookMs, 1.5 * (roundTripMs + defaultLimits.windowMs) + slowMs);
    });
  }
}

Deno.test("what may be under way follows a link that becomes slow, quick, or long", () => {
  const link = new BusyLink(1_250, 40);
  link.run(10_000);
  assertGreater(link.window.bytes, MiB);
  link.bytesPerMs = 32;
  link.run(120_000);
  assertLess(link.window.bytes, 64 * KiB);
  link.bytesPerMs = 1_250;
  link.run(20_000);
  assertGreater(link.use(60_000), 0.9);
  link.roundTripMs = 3_000;
  link.run(300_000);
  assertGreater(link.use(60_000), 0.6);
});

Deno.test("short messages say nothing of how much more the link could carry", () => {
  const window = new SendWindow(defaultLimits);
  window.connected(1);
  for (let i = 0; i < 100; i++) window.acknowledged(500, 1, true);
  assertEquals(window.bytes, defaultLimits.windowBytesFirst);
});

/** The window of a quick link, which lets all under way that ever may be. */
function quickWindow(): SendWindow {
  const link = new BusyLink(125_000, 1);
  link.run(10_000);
  return link.window;
}

Deno.test("a peer that is busy, and late with something short, is sent little less at once than before", () => {
  const window = quickWindow();
  window.acknowledged(300, 1_300, true);
  assertGreater(window.bytes, defaultLimits.windowBytesMax / 2);
  // One that is late again and again is sent as little as over a slow link.
  for (let i = 0; i < 60; i++) window.acknowledged(300, 3_000, false);
  assertEquals(window.bytes, defaultLimits.windowBytesSlow);
});

Deno.test("a message that is longer than what may be under way shows what a link carries, though it is late", () => {
  const window = quickWindow();
  for (let i = 0; i < 20; i++) window.acknowledged(300, 3_000, false);
  for (let i = 0; i < 4; i++) window.acknowledged(8 * MiB, 4_000, false);
  assertGreater(window.bytes, MiB);
  assertLess(window.bytes, 8 * MiB);
});

Deno.test("what is cut off before anything got through is sent again in shorter messages", () => {
  const window = new SendWindow(defaultLimits);
  const sizes = Array.from({ length: 6 }, () => {
    window.lost(false);
    window.connected(40);
    return window.messageBytes;
  });
  for (let i = 1; i < sizes.length; i++) assert(sizes[i] <= sizes[i - 1]);
  assertLess(sizes.at(-1)!, 1 * KiB);
  assert(window.hasRoom(0));
  const before = window.bytes;
  window.lost(true);
  assertEquals(window.bytes, before);
});

Deno.test("a connection is waited for longer when nothing got through on the one before", () => {
  const window = new SendWindow(defaultLimits);
  window.connected(40);
  const patienceMs = window.patienceMs(0);
  assertEquals(patienceMs, defaultLimits.ackTimeoutMs);
  for (let i = 0; i < 10; i++) window.lost(false);
  assertGreater(window.patienceMs(0), 2 * patienceMs);
  // It counts as dead before its peer counts as lost.
  assertLess(window.patienceMs(0), defaultLimits.peerLostMs);
  window.acknowledged(500, 40, true);
  assertEquals(window.patienceMs(0), patienceMs);
});

Deno.test("a long message is waited for as long as the link is known to take", () => {
  const link = new BusyLink(32, 40);
  link.run(60_000);
  const tookMs = 8 * MiB / 32;
  assertGreater(link.window.patienceMs(8 * MiB), tookMs);
  assertLess(link.window.patienceMs(8 * MiB), 3 * tookMs);
});

Deno.test("a new connection begins with no more than the first one", () => {
  const link = new BusyLink(125_000, 1);
  link.run(10_000);
  assertEquals(link.window.bytes, defaultLimits.windowBytesMax);
  link.window.connected(1);
  assertEquals(link.window.bytes, defaultLimits.windowBytesFirst);
});

Deno.test("four messages are enough for a quick link", () => {
  const window = new SendWindow(defaultLimits);
  window.connected(1);
  for (let i = 0; i < 4; i++) {
    assert(!window.isSettled && window.hasRoom(0));
    const { messageBytes } = window;
    assert(window.isLong(messageBytes) && !window.hasRoom(window.bytes));
    window.acknowledged(messageBytes, 50, true);
  }
  assert(window.isSettled);
  assertEquals(window.bytes, defaultLimits.windowBytesMax);
  // From now on one is acknowledged while others are on their way.
  assert(window.hasRoom(2 * window.messageBytes));
});

Deno.test("a message is a third of what may be under way once a link has shown what it carries", () => {
  const window = new SendWindow(defaultLimits);
  window.connected(1);
  window.acknowledged(window.messageBytes, 1_000, true);
  assert(window.isSettled);
  assertLess(window.messageBytes, window.bytes / 2);
  window.connected(1);
  assert(!window.isSettled);
});
