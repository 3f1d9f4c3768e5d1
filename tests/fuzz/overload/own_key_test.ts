import { assertEquals } from "../../deps.ts";
import { OwnKey } from "./own_key.ts";

Deno.test("OwnKey knows what may be shown: the last acknowledged Put, or one in doubt", () => {
  const key = new OwnKey("k");
  assertEquals(key.faultOf(null), undefined);
  assertEquals(key.faultOf("1.p"), "k shows Put 1, acknowledged was 0");
  key.acknowledge(2);
  key.doubt(3);
  assertEquals(key.faultOf("2.p"), undefined);
  assertEquals(key.faultOf("3.p"), undefined);
  assertEquals(key.faultOf(null), "k shows Put 0, acknowledged was 2");
  key.acknowledge(4);
  assertEquals(key.faultOf("2.p"), "k shows Put 2, acknowledged was 4");
  assertEquals(key.faultOf("3.p"), undefined);
});
