import { cmudProtocol } from "../../bench/cmud_protocol.ts";
import { runExternalLoad } from "../../bench/external_load.ts";
import { assertEquals, assertRejects } from "../deps.ts";

/** A server that is never asked; its process uses a second between two looks. */
const target = {
  addresses: ["127.0.0.1:6001", "127.0.0.1:6002"],
  protocol: cmudProtocol,
  counters: () => Promise.resolve({ cpuSeconds: cpuSeconds++, rssBytes: 0 }),
};
let cpuSeconds = 0;

const load = { method: "Put", connections: 50, depth: 16, seconds: 2 } as const;

Deno.test("runExternalLoad() fills in the command, and reads what it prints", async () => {
  const figures =
    `"requests":1000000,"rps":500000,"p50_us":{connections},"p99_us":{depth},"cpu_s":1`;
  const command = `echo {${figures},"rest":"{protocol}{ports}{puts}{seconds}{other}"}`;
  assertEquals(await runExternalLoad(target, { ...load, command }), {
    requestsPerSecond: 500_000,
    p50Us: 50,
    p99Us: 16,
    serverCpuUs: 1,
    loadCpuShare: 0.5,
  });
});

Deno.test("runExternalLoad() says what such a program says", async () => {
  await assertRejects(
    () => runExternalLoad(target, { ...load, command: "cat /no/such/file/{protocol}" }),
    Error,
    "/no/such/file/cmud",
  );
});
