import { TlsTransport } from "../../rpc/mod.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { settingsOf, trusting } from "../tls/certificates.ts";
import { logged, speakPlainly, speakTls } from "../tls/mismatch.ts";
import { openDoors } from "./doors.ts";
import { gmcp, Page } from "./page.ts";

// One end speaks TLS and the other one does not, at each door of the game: both are told within a second, and
// whoever comes next is let in.

/** What comes first at each door. */
const firsts = {
  telnet: "Ada\r\n",
  web: "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
} as const;

for (const door of ["telnet", "web"] as const) {
  Deno.test(`who speaks no TLS at a door of the game that does is told within a second: ${door}`, async () => {
    const log = new MemoryLog();
    await using doors = await openDoors({ log, transport: new TlsTransport(await settingsOf()) });
    const { address } = doors[door];
    await speakPlainly(address, new TextEncoder().encode(firsts[door]));
    await logged(log, `the ${door} port`, "the other end speaks no TLS");
    (await new TlsTransport(trusting).connect(address)).close();
  });

  Deno.test(`who speaks TLS at a door of the game that does not is told within a second: ${door}`, async () => {
    const log = new MemoryLog();
    await using doors = await openDoors({ log });
    await speakTls(doors[door].address);
    const said = "the other end speaks TLS, and this port does not (--tls-cert)";
    await logged(log, `the ${door} port`, said);
    await using page = await Page.open(doors.web.address, gmcp);
    await page.sees("Name: ");
  });
}
