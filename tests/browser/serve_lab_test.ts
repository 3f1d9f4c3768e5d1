import { serveLab } from "../../scripts/serve_lab.ts";
import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assertEquals } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { openHttpPort } from "../support/http_port.ts";

Deno.test("serveLab() serves the files of the laboratory and no others, to pages of its own", async () => {
  using directory = new TempDirectory();
  await Deno.writeTextFile(`${directory.path}/index.html`, "page");
  await Deno.writeTextFile(`${directory.path}/secret`, "no");
  await using server = serveLab(directory.path, 0);
  const base = `http://127.0.0.1:${server.addr.port}`;
  const statusOf = async (path: string, headers = {}) => {
    const response = await fetch(base + path, { headers });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await (await fetch(`${base}/`)).text(), "page");
  assertEquals(await statusOf("/secret"), 404);
  assertEquals(await statusOf("/boot.js"), 404);
  assertEquals(await statusOf("/rpc"), 404);
  assertEquals(await statusOf("/", { origin: "http://elsewhere" }), 403);
  assertEquals(await statusOf("/", { origin: base }), 200);
});

Deno.test("serveLab() passes what comes to /rpc on to a server", async () => {
  const http = await openHttpPort({});
  const kv = await Server.start({ startPort: 0 });
  http.show(kv);
  const server = serveLab("/nowhere", 0, http.address);
  try {
    await using client = new Client(`ws://127.0.0.1:${server.addr.port}/rpc`);
    await client.put("x", "1");
    assertEquals(await client.get("x"), "1");
    assertEquals((await client.members()).map(({ address }) => address), [kv.address]);
  } finally {
    await server.shutdown();
    await kv.close();
    await http.close();
  }
});
