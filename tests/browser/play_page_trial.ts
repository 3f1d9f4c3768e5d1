import { GameHost } from "../../app/doors/host/game_host.ts";
import { Passwords } from "../../app/doors/names/passwords.ts";
import { playPage } from "../../app/doors/web/play_page.ts";
import { WebPort } from "../../app/doors/web/web_port.ts";
import { silentLogger } from "../../log/mod.ts";
import { realEnvironment, tcpTransport } from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";
import { MemoryStore } from "../game/stage.ts";
import { missing, testUnless } from "../support/needs.ts";
import { makePage } from "./made_page.ts";
import { run } from "./program.ts";

testUnless(
  missing("chromium"),
  "the page of a host is played on, on a telephone, a laptop and with a screen reader",
  async () => {
    using page = await makePage("app/doors/web/page");
    const environment = realEnvironment;
    const log = silentLogger;
    const passwords = new Passwords(2);
    const host = new GameHost({ store: new MemoryStore(), environment, log, passwords });
    const web = await WebPort.open({
      address: "127.0.0.1:0",
      keeper: host,
      environment,
      transport: tcpTransport,
      log,
      pages: playPage(page.url),
      isBehindProxy: false,
    });
    try {
      const printed = await run(
        "--allow-all",
        "tests/browser/play_page.ts",
        `http://${web.address}/`,
        ...Deno.args.slice(0, 1),
      );
      const { found, faults } = JSON.parse(printed);
      assertEquals(faults, []);
      assertEquals(found, {
        ...{ keysOutside: false, focus: "typed", isAroundOpen: false },
        ...{ progress: "mining", password: "text", isLeftThere: true },
        places: "Gates 5th Floor\n2",
        ...{ escapes: false, isAroundLeft: false },
      });
    } finally {
      await host.close();
      await web.close();
    }
  },
);
