import { delayedTransport } from "../../rpc/delayed_transport.ts";
import {
  type ByteStream,
  realEnvironment,
  tcpTransport,
  TlsTransport,
  type Transport,
} from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";
import { inTime } from "../support/in_time.ts";
import { testUnless } from "../support/needs.ts";
import { missingRoomToWait } from "../support/rpc/room_to_wait.ts";
import { settingsOf } from "../tls/certificates.ts";

/** More than Deno lets wait when it is not told how many. */
const clients = 800;

const settings = await settingsOf();
const [tls, reloaded] = [new TlsTransport(settings), new TlsTransport(settings)];

/** What binds a port, and what is done before clients come. */
const transports: Record<string, [Transport, prepare?: () => Promise<void>]> = {
  "TCP": [tcpTransport],
  "TCP with delays": [delayedTransport(tcpTransport, 1, realEnvironment)],
  "TLS": [tls],
  "TLS that was given other certificates": [reloaded, () => reloaded.reload(settings)],
};

for (const [name, [transport, prepare]] of Object.entries(transports)) {
  testUnless(
    missingRoomToWait(clients),
    `as many clients as a port of ${name} is told find room to wait`,
    async () => {
      const listener = transport.listen("127.0.0.1", 0, clients);
      await prepare?.();
      const patience = new AbortController();
      const found: ByteStream[] = [];
      // Nobody is accepted: whoever finds no room is never connected.
      const finding = Promise.allSettled(Array.from({ length: clients }, async () => {
        found.push(await tcpTransport.connect(listener.address, patience.signal));
      }));
      await inTime(finding, 10_000, () => patience.abort());
      await finding;
      listener.close();
      for (const stream of found) stream.close();
      assertEquals(found.length, clients);
    },
  );
}
