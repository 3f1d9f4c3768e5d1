import { assertEquals } from "../deps.ts";
import {
  beginDeferred,
  beginReply,
  endDeferred,
  endReply,
} from "../../kvserver/query/query_message.ts";
import { decode, MsgpackWriter } from "../../rpc/mod.ts";

Deno.test("a reply and a deferred one are each a whole message", () => {
  const writer = new MsgpackWriter();
  const frames = new Uint8Array([0, 0, 0, 1, 0xc0]);
  let place = beginReply(writer);
  writer.raw(frames);
  endReply(writer, place, { consumed: 300, close: true }, 2);
  assertEquals(decode(writer.written()), [frames, 300, true, 2]);
  writer.clear();
  place = beginDeferred(writer);
  writer.raw(frames);
  endDeferred(writer, place, 1);
  assertEquals(decode(writer.written()), [frames, 1]);
});
