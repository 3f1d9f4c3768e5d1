import { GameHost } from "../../app/doors/host/game_host.ts";
import { Passwords } from "../../app/doors/names/passwords.ts";
import { TelnetPort } from "../../app/doors/telnet/telnet_port.ts";
import { WebPort } from "../../app/doors/web/web_port.ts";
import { type Logger, silentLogger } from "../../log/mod.ts";
import { type Environment, realEnvironment, tcpTransport, type Transport } from "../../rpc/mod.ts";
import { MemoryStore } from "../game/stage.ts";

/** What can be different about doors. */
export interface DoorsOptions {
  readonly environment?: Environment;
  readonly transport?: Transport;
  readonly log?: Logger;
  readonly isBehindProxy?: boolean;
}

/** Both doors on real sockets, to a world in memory. */
export async function openDoors(options: DoorsOptions = {}) {
  const {
    environment = realEnvironment,
    transport = tcpTransport,
    log = silentLogger,
    isBehindProxy = false,
  } = options;
  const passwords = new Passwords(2);
  const host = new GameHost({ store: new MemoryStore(), environment, log, passwords });
  const shared = { keeper: host, environment, transport, log, address: "127.0.0.1:0" };
  const pages = new Map([["/", { status: 200, type: "text/html", body: "<p>the page</p>" }]]);
  const web = await WebPort.open({ ...shared, pages, isBehindProxy });
  const telnet = new TelnetPort(shared);
  return {
    host,
    web,
    telnet,
    async [Symbol.asyncDispose]() {
      await host.close();
      await web.close();
      await telnet.close();
    },
  };
}
