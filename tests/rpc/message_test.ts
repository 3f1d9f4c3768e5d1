import {
  beginRequest,
  beginResponse,
  frameHeaderBytes,
  Incoming,
  MsgpackError,
  MsgpackReader,
  MsgpackWriter,
  readResponseHead,
  RpcError,
  ShapeError,
  writeErrorResponse,
} from "../../rpc/mod.ts";
import {
  assert,
  assertEquals,
  assertLess,
  assertThrows,
  fc,
  msgpackDecode,
  msgpackEncode,
} from "../deps.ts";
import { commonValue, thorough } from "../support/rpc/arbitraries.ts";
import { named, nameless, payloadMsgid, pings } from "../support/rpc/payloads.ts";
import { concat } from "../support/rpc/wire.ts";

function read(payload: Uint8Array): { incoming: Incoming; reader: MsgpackReader } {
  const incoming = new Incoming();
  const reader = new MsgpackReader(payload);
  incoming.read(reader);
  return { incoming, reader };
}

for (const [name, payload] of Object.entries(pings)) {
  Deno.test(`Incoming.read() reads a request when it has ${name}`, () => {
    const { incoming, reader } = read(payload);
    assertEquals(incoming.msgid, payloadMsgid);
    assertEquals(incoming.method(reader), "Ping");
    assertEquals(incoming.paramCount, 0);
  });
}

Deno.test("Incoming.read() refuses and knows no msgid when the payload is no request", () => {
  for (const [name, payload] of Object.entries(nameless)) {
    assertEquals(assertThrows(() => read(payload), ShapeError).msgid, undefined, name);
  }
});

Deno.test("Incoming.read() refuses and knows the msgid when a request is broken behind it", () => {
  for (const [name, payload] of Object.entries(named)) {
    assertEquals(assertThrows(() => read(payload), ShapeError).msgid, payloadMsgid, name);
  }
});

Deno.test("Incoming.read() forgets the request before when the next payload is none", () => {
  const incoming = new Incoming();
  incoming.read(new MsgpackReader(pings["the shortest encoding"]));
  const reader = new MsgpackReader(nameless["nil"]);
  assertEquals(assertThrows(() => incoming.read(reader), ShapeError).msgid, undefined);
  incoming.read(new MsgpackReader(msgpackEncode([2, "Note", []])));
  assertEquals(incoming.msgid, undefined);
});

Deno.test("Incoming.read() leaves the reader at the first param when there are any", () => {
  const { incoming, reader } = read(msgpackEncode([0, 0xffffffff, "Put", ["key", [1, { a: 2 }]]]));
  assertEquals(incoming.msgid, 0xffffffff);
  assertEquals(incoming.paramCount, 2);
  assertEquals(reader.str(), "key");
  reader.skip();
  assert(reader.atEnd);
});

Deno.test("Incoming.read() reads no further than the reader's end when bytes follow", () => {
  const payload = pings["the shortest encoding"];
  const reader = new MsgpackReader(concat(0xc1, payload, 0xc1), 1, 1 + payload.length);
  const incoming = new Incoming();
  incoming.read(reader);
  assertEquals(incoming.method(reader), "Ping");
});

Deno.test("Incoming.read() throws nothing but ShapeError when the payload is random", () => {
  const check = (payload: Uint8Array) => {
    try {
      read(payload);
    } catch (error) {
      assert(error instanceof ShapeError, `${error}`);
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 32 }), check), thorough);
  const request = fc.tuple(fc.constantFrom(0, 1, 2), commonValue, commonValue, commonValue);
  fc.assert(
    fc.property(request, fc.nat(), fc.nat(255), (value, place, byte) => {
      const payload = msgpackEncode(value, { useBigInt64: true });
      check(payload);
      payload[place % payload.length] = byte;
      check(payload);
    }),
    thorough,
  );
});

Deno.test("Incoming.method() refuses with bad_request when the name is not UTF-8", () => {
  const payload = concat(0x94, 0, 7, [0xa2, 0xc3, 0x28], 0x90);
  const { incoming, reader } = read(payload);
  const error = assertThrows(() => incoming.method(reader), RpcError);
  assertEquals(error.code, "bad_request");
});

Deno.test("Incoming.method() refuses with unknown_method when the name is longer than any", () => {
  // Quoted in an error, each NUL would take six bytes: the reply would exceed a frame.
  const { incoming, reader } = read(msgpackEncode([0, 7, "\0".repeat(8_000_000), []]));
  const error = assertThrows(() => incoming.method(reader), RpcError);
  assertEquals(error.code, "unknown_method");
  assertLess(error.message.length, 200);
});

// ---- what is written ------------------------------------------------------------------------

/** The payload of the one frame in `writer`. */
function payloadOf(writer: MsgpackWriter): Uint8Array {
  const frame = writer.written();
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  assertEquals(view.getUint32(0), frame.length - frameHeaderBytes);
  return frame.slice(frameHeaderBytes);
}

Deno.test("beginRequest() writes what others read as a request", () => {
  const writer = new MsgpackWriter();
  const frame = beginRequest(writer, 0xffffffff, "Get");
  writer.arrayHeader(1);
  writer.str("key");
  writer.endFrame(frame);
  assertEquals(msgpackDecode(payloadOf(writer)), [0, 0xffffffff, "Get", ["key"]]);
});

Deno.test("beginResponse() writes what others and readResponseHead() read as a response", () => {
  const writer = new MsgpackWriter();
  const frame = beginResponse(writer, 300);
  writer.str("result");
  writer.endFrame(frame);
  assertEquals(msgpackDecode(payloadOf(writer)), [1, 300, null, "result"]);
  const reader = new MsgpackReader(payloadOf(writer));
  assertEquals(readResponseHead(reader), { msgid: 300 });
  assertEquals(reader.str(), "result");
});

Deno.test("writeErrorResponse() writes what others and readResponseHead() read as an error", () => {
  const writer = new MsgpackWriter();
  writeErrorResponse(writer, 300, "too_large", "Cannot");
  assertEquals(msgpackDecode(payloadOf(writer)), [1, 300, ["too_large", "Cannot"], null]);
  const head = readResponseHead(new MsgpackReader(payloadOf(writer)));
  assertEquals(head, { msgid: 300, error: { code: "too_large", message: "Cannot" } });
});

Deno.test("readResponseHead() refuses what is no response", () => {
  const payloads = [
    ...[null, [], [0, 7, null, 1], [2, "m", []], [1, 7, null], [1, 7, null, 1, 2]],
    ...[[1, 7, "error", 1], [1, 7, [], 1], [1, 7, ["code"], 1], [1, 7, [1, "message"], 1]],
    ...[[1, 7, ["code", 2], 1], [1, 7, { code: "code" }, 1]],
  ].map((value) => msgpackEncode(value));
  for (const payload of [...payloads, new Uint8Array(), concat(0x94, 1), concat(0x94, 1, 7)]) {
    try {
      readResponseHead(new MsgpackReader(payload));
      assert(false, `${payload} is read`);
    } catch (error) {
      assert(error instanceof ShapeError || error instanceof MsgpackError, `${error}`);
    }
  }
});
