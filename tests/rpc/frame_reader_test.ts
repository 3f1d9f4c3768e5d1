import { FrameError, frameHeadroomBytes, FrameReader, spareMemory } from "../../rpc/mod.ts";
import { defaultLimits, wireLimits } from "../../limits.ts";
import { assert, assertEquals, assertLessOrEqual, assertThrows, fc } from "../deps.ts";
import { framesIn } from "../support/rpc/raw_socket.ts";
import { concat, frame, frameHeader } from "../support/rpc/wire.ts";

/** Gives `bytes` to the reader as a socket would: no more at once than there is space. */
function receive(reader: FrameReader, bytes: Uint8Array, afterEach = () => {}): void {
  for (let rest = bytes; rest.length > 0;) {
    const space = reader.space();
    const count = Math.min(space.length, rest.length);
    space.set(rest.subarray(0, count));
    reader.received(count);
    rest = rest.subarray(count);
    afterEach();
  }
}

/** Gives chunk by chunk, and takes whatever is whole after each. */
function feed(reader: FrameReader, chunks: Iterable<Uint8Array>): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  const takeAll = () => {
    for (let batch = reader.take(); batch !== undefined; batch = reader.take()) {
      payloads.push(...framesIn(batch));
    }
  };
  for (const chunk of chunks) receive(reader, chunk, takeAll);
  return payloads;
}

/** Cuts a stream into chunks of these sizes, over and over. */
function* cut(stream: Uint8Array, sizes: number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < stream.length; at += sizes[i++ % sizes.length]) {
    yield stream.subarray(at, at + sizes[i % sizes.length]);
  }
}

const three = [concat(1), concat(2, 2), new Uint8Array(300).fill(3)];
const threeFrames = concat(...three.map(frame));

Deno.test("FrameReader gives each frame once it is whole when bytes come one at a time", () => {
  const reader = new FrameReader();
  const seen: [number, Uint8Array[]][] = [];
  for (let i = 0; i < threeFrames.length; i++) {
    const payloads = feed(reader, [threeFrames.subarray(i, i + 1)]);
    if (payloads.length > 0) seen.push([i + 1, payloads]);
  }
  assertEquals(seen, [[5, [three[0]]], [11, [three[1]]], [315, [three[2]]]]);
});

Deno.test("FrameReader gives the same frames when the stream is split in two anywhere", () => {
  for (let place = 0; place <= threeFrames.length; place++) {
    const chunks = [threeFrames.subarray(0, place), threeFrames.subarray(place)];
    assertEquals(feed(new FrameReader(), chunks), three);
  }
});

Deno.test("FrameReader gives all frames in one batch when they come together", () => {
  const reader = new FrameReader();
  receive(reader, concat(threeFrames, 0, 0));
  assertEquals(reader.take(), threeFrames);
  assertEquals(reader.take(), undefined);
});

Deno.test("FrameReader gives what a dumb model does when chunks are of any size", () => {
  const small = fc.integer({ min: 1, max: 20 });
  const large = fc.integer({ min: 1, max: 3 * defaultLimits.receiveBufferBytes });
  const payloadSizes = fc.array(fc.oneof(small, large), { maxLength: 12 });
  // A large one among the chunks, or a long stream takes for ever.
  const chunkSizes = fc.tuple(fc.array(small, { maxLength: 8 }), large).map((sizes) =>
    sizes.flat()
  );
  fc.assert(
    fc.property(payloadSizes, chunkSizes, (payloadSizes, chunkSizes) => {
      const stream = concat(...payloadSizes.map((size, i) => frame(new Uint8Array(size).fill(i))));
      const received = feed(new FrameReader(), cut(stream, chunkSizes));
      assertEquals(received.map(({ length }) => length), payloadSizes);
      received.forEach((payload, i) => assert(payload.every((byte) => byte === i)));
    }),
  );
});

// ---- lengths that are out of bounds ---------------------------------------------------------

for (const length of [0, wireLimits.frameBytesMax + 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
  Deno.test(`FrameReader refuses a frame when its length is ${length}`, () => {
    const reader = new FrameReader();
    receive(reader, frameHeader(length));
    assertThrows(() => reader.take(), FrameError, `Cannot read a frame of ${length} bytes`);
  });

  Deno.test(`FrameReader gives the whole frames first when a length of ${length} follows`, () => {
    const reader = new FrameReader();
    receive(reader, concat(threeFrames, frameHeader(length), threeFrames));
    assertEquals(reader.take(), threeFrames);
    assertThrows(() => reader.take(), FrameError);
    // It stays refused: nothing behind it can be trusted.
    assertThrows(() => reader.take(), FrameError);
  });
}

Deno.test("FrameReader does not judge a length when its header is not whole", () => {
  const reader = new FrameReader();
  receive(reader, concat(0xff, 0xff, 0xff));
  assertEquals(reader.take(), undefined);
});

// ---- the buffer -----------------------------------------------------------------------------

Deno.test("FrameReader grows no faster than bytes come and shrinks back when a frame is the longest", () => {
  const reader = new FrameReader();
  const payload = new Uint8Array(wireLimits.frameBytesMax);
  payload[0] = 1;
  payload[wireLimits.frameBytesMax - 1] = 2;
  const stream = concat(frame(payload), 0, 0);
  let received = 0;
  const whole = wireLimits.frameBytesMax + 4;
  while (received < whole) {
    const space = reader.space();
    const capacity = received + space.length;
    assertLessOrEqual(capacity, Math.max(defaultLimits.receiveBufferBytes, 4 * received));
    // What a socket brings in one read.
    const count = Math.min(space.length, defaultLimits.receiveBufferBytes, whole - received);
    assert(count > 0);
    space.set(stream.subarray(received, received + count));
    reader.received(count);
    received += count;
    if (received < whole) assertEquals(reader.take(), undefined);
  }
  const frames = reader.take()!;
  assertEquals(frames.length, whole);
  assertEquals([frames[4], frames[whole - 1]], [1, 2]);
  reader.space();
  assertEquals(reader.byteLength, defaultLimits.receiveBufferBytes);
});

Deno.test("FrameReader stays small when long frames are only announced", () => {
  const reader = new FrameReader();
  receive(reader, concat(frameHeader(wireLimits.frameBytesMax), 1, 2, 3));
  assertEquals(reader.take(), undefined);
  assertLessOrEqual(reader.space().length, defaultLimits.receiveBufferBytes);
});

Deno.test("FrameReader stays small when many frames pass that never end with a read", () => {
  const reader = new FrameReader();
  const stream = concat(...Array.from({ length: 1000 }, () => frame(new Uint8Array(1000).fill(1))));
  let given = 0;
  for (let at = 0; at < stream.length; at += 999) {
    given += feed(reader, [stream.subarray(at, at + 999)]).length;
    assertLessOrEqual(reader.space().length, defaultLimits.receiveBufferBytes);
  }
  assertEquals(given, 1000);
});

Deno.test("FrameReader makes room without growing when less than half is a part of a frame", () => {
  const reader = new FrameReader();
  const part = frame(new Uint8Array(defaultLimits.receiveBufferBytes)).subarray(
    0,
    3 / 8 * defaultLimits.receiveBufferBytes,
  );
  const before = frame(new Uint8Array(defaultLimits.receiveBufferBytes / 2));
  receive(reader, before);
  receive(reader, part);
  assertEquals(reader.take(), before);
  reader.space();
  assertEquals(reader.byteLength, defaultLimits.receiveBufferBytes);
});

Deno.test("FrameReader leaves what take() gave alone until space() is called", () => {
  const reader = new FrameReader();
  receive(reader, threeFrames);
  const frames = reader.take()!;
  assertEquals(reader.take(), undefined);
  assertEquals(frames, threeFrames);
});

Deno.test("FrameReader is small at first, grows with what comes at once, and shrinks again", () => {
  const reader = new FrameReader();
  const { receiveBufferFirstBytes, receiveBufferBytes } = defaultLimits;
  assertEquals(reader.byteLength, receiveBufferFirstBytes);
  const short = frame(new Uint8Array(20).fill(1));
  feed(reader, Array(100).fill(short));
  assertEquals(reader.byteLength, receiveBufferFirstBytes);
  const burst = concat(...Array(10_000).fill(short));
  feed(reader, [burst]);
  assertEquals(reader.byteLength, receiveBufferBytes);
  feed(reader, Array(100).fill(short));
  assertEquals(reader.byteLength, receiveBufferFirstBytes);
});

Deno.test("FrameReader gives its memory back when it is closed, and knows whether a part is there", () => {
  const reader = new FrameReader();
  receive(reader, concat(frameHeader(1_000_000), new Uint8Array(600_000)));
  assertEquals([reader.take(), reader.hasPart], [undefined, true]);
  const { buffer } = reader.space();
  reader.close();
  assertEquals([reader.byteLength, reader.hasPart, buffer.byteLength], [0, false, 0]);
});

Deno.test("FrameReader leaves the memory of frames alone that are in use when it is closed", () => {
  const reader = new FrameReader();
  const long = frame(new Uint8Array(200_000).fill(7));
  receive(reader, long);
  const frames = reader.take()!;
  reader.close(true);
  assertEquals(frames, long);
});

Deno.test("FrameReader leaves room before all that it gives", () => {
  const sizes = [1, 300, 70_000, 200_000, 20, 1_000_000, 40_000, 40_000];
  const stream = concat(...sizes.map((size) => frame(new Uint8Array(size).fill(7))));
  const reader = new FrameReader();
  let given = 0;
  for (const chunk of cut(stream, [1_000, 50_000, 7])) {
    receive(reader, chunk, () => {
      for (let frames = reader.take(); frames !== undefined; frames = reader.take()) {
        assertLessOrEqual(frameHeadroomBytes, frames.byteOffset);
        new Uint8Array(frames.buffer, frames.byteOffset - frameHeadroomBytes, frameHeadroomBytes)
          .fill(0xff);
        for (const payload of framesIn(frames)) {
          assert(payload.every((byte) => byte === 7));
          given++;
        }
      }
    });
  }
  assertEquals(given, sizes.length);
});

Deno.test("FrameReader takes a spare buffer for a long frame, and gives it back with the frame", () => {
  const size = 3_000_000;
  const spare = new Uint8Array(size + 1_000);
  spareMemory.give(spare);
  assertEquals(spare.length, 0);
  const reader = new FrameReader();
  const long = frame(new Uint8Array(size).fill(7));
  receive(reader, long.subarray(0, defaultLimits.receiveBufferBytes));
  assertEquals(reader.take(), undefined);
  reader.space();
  assertEquals(reader.byteLength, size + 1_000);
  receive(reader, long.subarray(defaultLimits.receiveBufferBytes));
  assertEquals(reader.take(), long);
  reader.space();
  assertEquals(reader.byteLength, defaultLimits.receiveBufferBytes);
  assertEquals(spareMemory.take(size, size + 1_000)?.length, size + 1_000);
});

Deno.test("FrameReader takes no longer frames than its user has a use for", () => {
  const reader = new FrameReader(defaultLimits, 100);
  assertEquals(feed(reader, [frame(new Uint8Array(100))]).length, 1);
  assertThrows(
    () => feed(reader, [frameHeader(101)]),
    FrameError,
    "101 bytes: allowed are 1 to 100",
  );
});
