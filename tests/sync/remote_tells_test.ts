import { measureRemoteTells } from "../../bench/mod.ts";
import { assert, assertEquals } from "../deps.ts";

Deno.test("tells to another process all arrive, in order", async () => {
  const { sent, received, inOrder, perSecond } = await measureRemoteTells(0.2);
  console.log(`${Math.round(perSecond)} small messages a second to another process`);
  assert(sent > 0);
  assertEquals({ received, inOrder }, { received: sent, inOrder: true });
});
