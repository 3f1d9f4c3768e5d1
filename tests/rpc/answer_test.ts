import {
  answerFrames,
  type Incoming,
  MsgpackReader,
  MsgpackWriter,
  type RequestHandler,
  RpcError,
  TurnTime,
} from "../../rpc/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals, assertGreater, assertLess, msgpackDecode } from "../deps.ts";
import { framesIn } from "../support/rpc/raw_socket.ts";
import { concat, frameOf, requestFrame } from "../support/rpc/wire.ts";

/** Answers as its methods are named, and notes what it is told. */
class NotingHandler implements RequestHandler {
  calls: string[] = [];
  notes: string[] = [];
  bugs: unknown[] = [];

  request(request: Incoming, reader: MsgpackReader, writer: MsgpackWriter): void {
    const method = request.method(reader);
    this.calls.push(method);
    if (method === "Echo") return writer.raw(reader.bytes.subarray(reader.at, reader.end));
    if (method === "RefuseAtLength") throw new RpcError("overloaded", "no".repeat(500));
    writer.str("x".repeat(1000));
    if (method === "Refuse") throw new RpcError("overloaded", "Cannot do this now");
    if (method === "Grow") throw new RangeError("Array buffer allocation failed");
    if (method === "Fail") throw new Error("the inner secret");
  }

  notification(notification: Incoming, reader: MsgpackReader): void {
    this.notes.push(notification.method(reader));
  }

  bug(error: unknown): void {
    this.bugs.push(error);
  }
}

function answer(frames: Uint8Array, handler: RequestHandler = new NotingHandler()) {
  const writer = new MsgpackWriter();
  const { consumed, close } = answerFrames(
    frames,
    new MsgpackReader(new Uint8Array()),
    writer,
    handler,
  );
  const replies = framesIn(writer.written()).map((payload) => msgpackDecode(payload));
  return { consumed, close, replies };
}

Deno.test("answerFrames() answers in order when there are several requests", () => {
  const frames = concat(...[3, 1, 2].map((id) => requestFrame(id, "Echo", [`to ${id}`])));
  assertEquals(answer(frames), {
    consumed: frames.length,
    close: false,
    replies: [[1, 3, null, "to 3"], [1, 1, null, "to 1"], [1, 2, null, "to 2"]],
  });
});

Deno.test("answerFrames() ends a turn that has lasted for long, however little was written", () => {
  let nowMs = 0;
  class SlowHandler extends NotingHandler {
    readonly turnTime = new TurnTime(defaultLimits, { monotonicMs: () => nowMs });

    override request(...params: Parameters<NotingHandler["request"]>): void {
      nowMs += 0.1;
      super.request(...params);
    }
  }
  const handler = new SlowHandler();
  const request = requestFrame(1, "Echo", [""]);
  const frames = concat(...Array.from({ length: 1_000 }, () => request));
  for (let turn = 0; turn < 3; turn++) {
    const beganMs = nowMs;
    const { consumed, replies } = answer(frames, handler);
    assertEquals(consumed, replies.length * request.length);
    assertGreater(nowMs - beganMs, defaultLimits.requestTurnMs);
    assertLess(nowMs - beganMs, 3 * defaultLimits.requestTurnMs);
  }
});

Deno.test("TurnTime looks at the clock before each 16 requests but the first", () => {
  let looks = 0;
  const turnTime = new TurnTime(defaultLimits, { monotonicMs: () => looks++ });
  for (const [requests, expected] of [[1, 0], [16, 0], [17, 1], [32, 1], [33, 2]]) {
    looks = 0;
    turnTime.begin();
    for (let i = 0; i < requests; i++) turnTime.isOver();
    assertEquals(looks, expected, `${requests} requests`);
  }
});

Deno.test("answerFrames() takes back what was written when a request is refused", () => {
  const frames = concat(requestFrame(1, "Refuse", []), requestFrame(2, "Echo", ["after"]));
  assertEquals(answer(frames).replies, [
    [1, 1, ["overloaded", "Cannot do this now"], null],
    [1, 2, null, "after"],
  ]);
});

Deno.test("answerFrames() keeps the error to itself and tells of a bug when a handler throws", () => {
  const handler = new NotingHandler();
  const { replies, close } = answer(requestFrame(1, "Fail", []), handler);
  assertEquals(replies, [[1, 1, ["internal", "Cannot answer: an error inside the server"], null]]);
  assertEquals(close, false);
  assertEquals(handler.bugs.map(String), ["Error: the inner secret"]);
});

Deno.test("answerFrames() is overloaded, and tells of no bug, when there is no memory", () => {
  const handler = new NotingHandler();
  const { replies, close } = answer(requestFrame(1, "Grow", []), handler);
  const text = "Cannot answer: there is no memory left";
  assertEquals([replies, close], [[[1, 1, ["overloaded", text], null]], false]);
  assertEquals(handler.bugs, []);
});

Deno.test("answerFrames() passes notifications on and answers nothing to them", () => {
  const handler = new NotingHandler();
  const frames = concat(frameOf([2, "Note", []]), requestFrame(1, "Echo", [1]));
  assertEquals(answer(frames, handler).replies, [[1, 1, null, 1]]);
  assertEquals(handler.notes, ["Note"]);
});

Deno.test("answerFrames() ignores a notification when the handler takes none", () => {
  const handler: RequestHandler = { request: (_1, _2, writer) => writer.nil(), bug() {} };
  const frames = concat(frameOf([2, "Note", [1]]), requestFrame(1, "Any", []));
  assertEquals(answer(frames, handler), {
    consumed: frames.length,
    close: false,
    replies: [[1, 1, null, null]],
  });
});

Deno.test("answerFrames() answers what comes before and nothing behind when a frame is no message", () => {
  const handler = new NotingHandler();
  const before = requestFrame(1, "Echo", ["before"]);
  const bad = frameOf([0, 2, "Echo"]);
  const { consumed, close, replies } = answer(
    concat(before, bad, requestFrame(3, "Echo", ["behind"])),
    handler,
  );
  assertEquals(consumed, before.length + bad.length);
  assertEquals(close, true);
  assertEquals(handler.calls, ["Echo"]);
  assertEquals(replies.length, 2);
  const [, [type, msgid, [code], result]] = replies as [unknown, [number, number, [string], null]];
  assertEquals([type, msgid, code, result], [1, 2, "bad_request", null]);
});

// ---- the bound of one turn ------------------------------------------------------------------

/** Asks for more than is answered at once; gives how many were executed in each turn. */
function turnsOf(method: string, count: number): number[] {
  const frame = requestFrame(1, method, []);
  const frames = concat(...Array.from({ length: count }, () => frame));
  const turns: number[] = [];
  for (let rest = frames; rest.length > 0;) {
    const { consumed, replies } = answer(rest);
    assertEquals(replies.length, consumed / frame.length);
    turns.push(replies.length);
    rest = rest.subarray(consumed);
  }
  assertEquals(turns.reduce((sum, turn) => sum + turn), count);
  return turns;
}

for (const method of ["Long", "Refuse", "RefuseAtLength", "Fail"]) {
  Deno.test(`answerFrames() stops at its bound and goes on there when each request is a ${method}`, () => {
    const turns = turnsOf(method, 2500);
    assertGreater(turns.length, 1);
    for (const turn of turns) assertLess(turn, defaultLimits.replyBatchBytesMax / 1000 + 1);
  });
}
