import type { Member } from "../../kvserver/mod.ts";
import { assertEquals } from "../deps.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { until } from "../support/until.ts";
import { Cluster } from "./cluster.ts";

Deno.test("Members of both ports of a server with several threads are the same", async () => {
  await using cluster = await Cluster.start(2, () => ({ queryActorCount: 3, threads: 2 }));
  await cluster.ready();
  const [server] = cluster.servers;
  await until("each knows the other", async () => (await server.members()).length === 2);
  using socket = await RawSocket.connect(server.address);
  const rows = await socket.ask("Members") as Member[];
  const names = (members: readonly Member[]) => members.map(({ address }) => address);
  for (const client of cluster.clients[0]) assertEquals(names(await client.members()), names(rows));
  // Any number of requests cost the actors no more than their pace allows.
  await Promise.all(Array.from({ length: 500 }, () => cluster.clients[0][2].members()));
  cluster.expectPace();
});
