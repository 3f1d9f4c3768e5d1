import { defaultLimits } from "../../limits.ts";
import { KnownServers } from "../../kvserver/known_servers.ts";
import { Server } from "../../kvserver/mod.ts";
import { startingSystem } from "../support/starting_system.ts";
import { assertEquals } from "../deps.ts";

for (const description of ["", '{"cmud":1}', "nonsense"]) {
  Deno.test(`a known server that is described as ${JSON.stringify(description)} is asked again`, async () => {
    await using starting = await startingSystem();
    starting.description = description;
    const known = new KnownServers([starting.address], defaultLimits);
    assertEquals(await known.describe(), []);
    const server = await Server.start({ startPort: 0, queryActorCount: 1 });
    starting.description = server.description;
    assertEquals(await known.describe(), [server.description]);
    assertEquals(await known.describe(), []);
    await Promise.all([known.close(), server.close()]);
  });
}
