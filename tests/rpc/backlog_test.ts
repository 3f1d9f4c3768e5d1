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
import { authorities, settingsOf } from "../tls/certificates.ts";
import type { BindRequest } from "./held_thread.ts";

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
      // Nobody is accepted: whoever finds no room is never connected.
      const found = await connected(listener.address);
      listener.close();
      assertEquals(found, clients);
    },
  );
}

testUnless(
  missingRoomToWait(clients),
  "as many clients as a port of TLS that asks for certificates is told find room to wait",
  async () => {
    // The runtime accepts whoever comes to such a port, unless its thread stands still.
    const worker = new Worker(new URL("./held_thread.ts", import.meta.url), { type: "module" });
    const next = () =>
      new Promise<string>((resolve) => worker.onmessage = ({ data }) => resolve(data));
    const goOn = new Int32Array(new SharedArrayBuffer(4));
    const binding = next();
    const asking = { ...settings, clientCa: authorities.own.cert };
    worker.postMessage({ settings: asking, backlog: clients, goOn } satisfies BindRequest);
    const found = await connected(await binding);
    const closing = next();
    Atomics.store(goOn, 0, 1);
    Atomics.notify(goOn, 0);
    await closing;
    worker.terminate();
    assertEquals(found, clients);
  },
);

/** How many of all clients get a connection to an address where nobody is accepted. */
async function connected(address: string): Promise<number> {
  const patience = new AbortController();
  const found: ByteStream[] = [];
  const finding = Promise.allSettled(Array.from({ length: clients }, async () => {
    found.push(await tcpTransport.connect(address, patience.signal));
  }));
  await inTime(finding, 10_000, () => patience.abort());
  await finding;
  for (const stream of found) stream.close();
  return found.length;
}
