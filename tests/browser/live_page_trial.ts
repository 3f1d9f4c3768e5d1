import { livePage } from "../../http/mod.ts";
import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assertEquals } from "../deps.ts";
import { openHttpPort } from "../support/http_port.ts";
import { missing, testUnless } from "../support/needs.ts";
import { makePage } from "./made_page.ts";
import { run } from "./program.ts";

testUnless(
  missing("chromium"),
  "the page of a server shows its cluster and its keys, at any width, by keyboard, and to a screen reader",
  async () => {
    using page = await makePage("http/page");
    const http = await openHttpPort({ pages: livePage(page.url) });
    const server = await Server.start({ startPort: 0, queryActorCount: 2 });
    const other = await Server.start({ startPort: 0, remoteDescs: [server.description] });
    try {
      http.show(server);
      await using client = new Client(server.queryAddresses[0]);
      await client.put("user/ada", "Countess");
      await client.put("user/bob", "Builder");
      const { found, faults } = JSON.parse(
        await run("--allow-all", "tests/browser/live_page.ts", `http://${http.address}/`),
      );
      assertEquals(faults, []);
      const both = [server.address, other.address];
      assertEquals(found, { 360: both, 1000: both, 2000: both });
    } finally {
      http.show("stopping");
      await other.close();
      await server.close();
      await http.close();
    }
  },
);

testUnless(
  missing("chromium"),
  "the page of a server asks for a token, says what is wrong, and spoils no value that it cannot show",
  async () => {
    using page = await makePage("http/page");
    const seen = JSON.parse(
      await run("--allow-all", "tests/browser/wronged_page.ts", page.url.href),
    );
    assertEquals(seen, {
      wrongTokens: ["This is no token", "The token is none that this server knows"],
      counts: ["1,002 keys", "1 key", "0 keys", "1,003 keys"],
      rows: 200,
      bytes: [true, "These are bytes, which cannot be edited here."],
      bytesAfterwards: 3,
      newToken: "put with a new token",
      readOnly: { value: true, offered: 0 },
      stopping: "The server is stopping",
      unread: true,
      dead: "The server is not reached",
      thrown: [],
    });
  },
);

testUnless(
  missing("chromium"),
  "the page of a server shows a limited token its own keys, and says what it does not show",
  async () => {
    using page = await makePage("http/page");
    const { found, faults } = JSON.parse(
      await run("--allow-all", "tests/browser/limited_page.ts", page.url.href),
    );
    assertEquals(faults, []);
    const own = 'keys that begin with "ada:" or "bob:"';
    const refused = "Cannot Get: the token is good for " + own + " alone";
    assertEquals(
      found,
      [360, 1_000].map((width) => ({
        keys: ["ada:1", "bob:1"],
        isCarolCounted: false,
        elsewhere: `The token is good for ${own} alone`,
        refused,
        put: `put at ${width}`,
        limit: own,
        charts: false,
        titles: ["Address", "State", "For", "Clock", "Version"],
      })),
    );
  },
);
