import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assertEquals } from "../deps.ts";
import { openHttpPort } from "../support/http_port.ts";
import { missing, testUnless } from "../support/needs.ts";
import { run } from "./program.ts";
import { ServedLab } from "./served_lab.ts";

testUnless(
  missing("chromium"),
  "the laboratory looks at a cluster that runs: its servers and keys, with nothing to change them",
  async () => {
    const http = await openHttpPort();
    const server = await Server.start({ startPort: 0 });
    const other = await Server.start({ startPort: 0, remoteDescs: [server.description] });
    try {
      http.show(server);
      await using lab = await ServedLab.start({ cluster: http.address });
      await using client = new Client(server.queryAddresses[0]);
      await client.put("city", "Paris");
      const { members, ...seen } = JSON.parse(
        await run("--allow-all", "tests/browser/lab_live.ts", lab.url),
      );
      const addresses = members.map((fact: string) => fact.split(": ")[0]);
      assertEquals(addresses, [server.address, other.address]);
      assertEquals(seen, {
        state: "2 servers are known.",
        cards: 2,
        isOffered: false,
        faults: [],
      });
    } finally {
      http.show("stopping");
      await other.close();
      await server.close();
      await http.close();
    }
  },
);
