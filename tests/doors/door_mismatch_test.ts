import { TelnetPort } from "../../app/doors/telnet/telnet_port.ts";
import { WebPort } from "../../app/doors/web/web_port.ts";
import { GameHost } from "../../app/doors/host/game_host.ts";
import { Passwords } from "../../app/doors/names/passwords.ts";
import {
  parseAddress,
  realEnvironment,
  tcpTransport,
  TlsError,
  type TlsSettings,
  TlsTransport,
} from "../../rpc/mod.ts";
import { assert, assertMatch, assertRejects } from "../deps.ts";
import { MemoryStore } from "../game/stage.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { until } from "../support/until.ts";
import { settingsOf, trusting } from "../tls/certificates.ts";
import { gmcp, Page } from "./page.ts";

// One end speaks TLS and the other one does not, at each door of the game: both are told within a second, and
// whoever comes next is let in.

const deadlineMs = 1_000;

/** What comes first at each door. */
const firsts = {
  "the telnet port": "Ada\r\n",
  "the web port": "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
};

type Door = keyof typeof firsts;

async function withDoors(
  tls: TlsSettings | undefined,
  use: (addresses: Record<Door, string>, log: MemoryLog) => Promise<void>,
): Promise<void> {
  const log = new MemoryLog();
  const environment = realEnvironment;
  const passwords = new Passwords(2);
  const host = new GameHost({ store: new MemoryStore(), environment, log, passwords });
  const transport = tls === undefined ? tcpTransport : new TlsTransport(tls);
  const shared = { keeper: host, environment, transport, log, address: "127.0.0.1:0" };
  const web = await WebPort.open({ ...shared, pages: new Map(), isBehindProxy: false });
  const telnet = new TelnetPort(shared);
  try {
    await use({ "the telnet port": telnet.address, "the web port": web.address }, log);
  } finally {
    await host.close();
    await web.close();
    await telnet.close();
  }
}

const logged = (log: MemoryLog, door: Door, said: string) =>
  until(
    `the log says of ${door} that ${said}`,
    () => log.lines.some((line) => line.includes(door) && line.includes(said)),
    { timeoutMs: deadlineMs },
  );

for (const door of Object.keys(firsts) as Door[]) {
  Deno.test(`who speaks no TLS at a door of the game that does is told within a second: ${door}`, async () => {
    await withDoors(await settingsOf(), async (addresses, log) => {
      using conn = await Deno.connect(parseAddress(addresses[door]));
      await conn.write(new TextEncoder().encode(firsts[door]));
      const answer = new Uint8Array(await new Response(conn.readable).arrayBuffer());
      // An alert of TLS is all that it is told, and then the end.
      assert(answer[0] === 0x15 && answer[1] === 3, `${answer}`);
      await logged(log, door, "the other end speaks no TLS");
      (await new TlsTransport(trusting).connect(addresses[door])).close();
    });
  });

  Deno.test(`who speaks TLS at a door of the game that does not is told within a second: ${door}`, () =>
    withDoors(undefined, async (addresses, log) => {
      const { message } = await assertRejects(
        () => new TlsTransport(trusting).connect(addresses[door]),
        TlsError,
      );
      assertMatch(message, /speaks? no TLS/);
      await logged(log, door, "the other end speaks TLS, and this port does not (--tls-cert)");
      await using page = await Page.open(addresses["the web port"], gmcp);
      await page.sees("Name: ");
    }));
}
