import type { HttpPort } from "../../http/mod.ts";
import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assertEquals, assertMatch } from "../deps.ts";
import { openHttpPort } from "../support/http_port.ts";
import { makeToken } from "../support/tokens.ts";

/** The first event of `/api/live`. */
async function firstMoment(address: string, token: string): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${token}` };
  const { body } = await fetch(`http://${address}/api/live`, { headers });
  let text = "";
  for await (const part of body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("\n\n")) break;
  }
  return JSON.parse(text.split("\n\n")[0].replace(/^data: /, ""));
}

/** The servers, without when they were seen. */
function timeless(members: unknown): unknown[] {
  return (members as { sinceMs: number }[]).map(({ sinceMs: _, ...member }) => member);
}

Deno.test("over HTTP a limited token is shown the cluster, and nothing that the keys of others change", async () => {
  const [admin, limited] = [makeToken("admin"), makeToken("read", ["ada:", "bob:"], "ada")];
  let http = undefined as HttpPort | undefined;
  const server = await Server.start({
    startPort: 0,
    queryActorCount: 2,
    tokens: [admin.entry, limited.entry],
    async beforeStart(environment, access) {
      http = await openHttpPort({
        environment,
        access,
        // What is not healthy is told by what it is shown.
        problemsOf: ({ stats, members = [] }) => [
          `memory ${stats.memoryBytes}, ready ${stats.ready}, ${
            members[0].tombstonesHeld
          } tombstones`,
        ],
      });
    },
  });
  try {
    http!.show(server);
    const { address } = http!;
    const get = async (path: string) => {
      const headers = { authorization: `Bearer ${limited.token}` };
      const response = await fetch(`http://${address}${path}`, { headers });
      return { status: response.status, text: await response.text() };
    };
    /** All that it is shown, but for what time alone changes. */
    const shown = async () => {
      const { sample, ...moment } = await firstMoment(address, limited.token);
      assertEquals(Object.keys(sample as object), ["atMs"]);
      const stats = JSON.parse((await get("/api/stats")).text);
      const members = timeless(JSON.parse((await get("/api/members")).text));
      moment.members = timeless(moment.members);
      return { stats, members, moment };
    };
    const before = await shown();
    await using client = new Client(server.queryAddresses[0], { token: admin.token });
    for (let i = 0; i < 500; i++) await client.put(`others:${i}`, "x".repeat(1_000));
    await client.delete("others:1");
    assertEquals(await shown(), before);
    assertEquals(before.stats, { ready: true, disk: "none" });
    const { history, role, prefixes, problems, members, ...others } = before.moment;
    assertEquals({ history, role, prefixes }, {
      history: [],
      role: "read",
      prefixes: ["ada:", "bob:"],
    });
    assertEquals(problems, ["memory undefined, ready true, 0 tombstones"]);
    assertEquals(members, before.members);
    assertEquals(Object.keys(others), ["version"]);
    const metrics = await get("/metrics");
    assertEquals(metrics.status, 403);
    assertMatch(metrics.text, /^The token is limited to some keys, and this is about all$/m);
  } finally {
    http!.show("stopping");
    await http!.close();
    await server.close();
  }
});
