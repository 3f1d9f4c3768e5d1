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

/** Commands that make no load, and what is said of them. */
const failures: [name: string, command: string, message: string][] = [
  ["says why it fails", "cat /no/such/file/{protocol}", "/no/such/file/cmud"],
  ["fails without a word", "false", "Cannot make a load: false ended with 1"],
  ["is not there", "no-such-program", "Cannot make a load: Failed to spawn 'no-such-program'"],
  ["prints no JSON", "echo {protocol}", 'echo printed "cmud", allowed is a line of JSON with'],
  ["prints no figures", 'echo {"rps":1}', "JSON with requests, rps, p50_us, p99_us, cpu_s"],
];

for (const [name, command, message] of failures) {
  Deno.test(`runExternalLoad() says so when the program ${name}`, async () => {
    await assertRejects(() => runExternalLoad(target, { ...load, command }), Error, message);
  });
}
