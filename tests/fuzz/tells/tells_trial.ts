import { assertEquals, assertGreater, assertLess } from "../../deps.ts";
import { RawSocket } from "../../support/rpc/raw_socket.ts";
import { sleep, until } from "../../support/until.ts";
import { FuzzedServer } from "../arena/fuzzed_server.ts";
import type { PoliteReport } from "../polite/polite_client.ts";
import { PoliteClients } from "../polite/polite_clients.ts";
import { TellingPeer } from "./telling_peer.ts";

const MiB = 1024 * 1024;

/** As many as a server takes for peers. */
const peerCount = 256;

/** For how long they tell, and for how long the server is looked at afterwards. */
const toldMs = 12_000;
const afterMs = 15_000;

/** They go on for so long at the most, until enough of what they tell was handled: other programs run too. */
const toldMsMax = 90_000;

/**
 * They tell as soon as so many of them are heard as servers, or after this time all that are: of one host, some may
 * be given up, and on a machine that others use most are.
 */
const heardEnough = 128;
const heardMsMax = 60_000;
const heardMin = 8;

const lookedAtEveryMs = 250;

/** A Put at one query actor shows at the other one within this time, which is much even for a busy machine. */
const lagMsMax = 30_000;

/** `--max-memory` of the server. */
const maxMemoryMiB = 128;

/** What is counted is a part of what the process has: the rest is two threads, and garbage on them. */
const processMiBMax = 512;

/** Memory that is garbage already may be taken into use still when nobody tells anything any more. */
const grownMiBMax = 32;

Deno.test("256 forged peers that tell small things fill no memory, then or later, and a polite client is answered", async () => {
  const server = new FuzzedServer([
    ...["--actors", "2", "--threads", "2", "--max-memory", `${maxMemoryMiB}MiB`],
  ]);
  try {
    const target = (await server.ready)!;
    const [queryAddress, otherAddress] = target.queryAddresses;
    using polite = new PoliteClients([
      { queryAddress, otherAddress, prefix: "polite/", lagMsMax, mayBeRefused: true },
    ]);
    const reports: PoliteReport[] = [];
    const counted: number[] = [];
    const rss: number[] = [];
    /** Looks at the server's memory for so long. */
    const look = async (ms: number) => {
      const endMs = performance.now() + ms;
      for (; performance.now() < endMs; await sleep(lookedAtEveryMs)) {
        using socket = await RawSocket.connect(target.address);
        const { memoryBytes } = await socket.ask("Stats") as { memoryBytes: number };
        counted.push(memoryBytes / MiB);
        // 0 where there is no Linux to ask.
        rss.push((await server.rssBytes() ?? 0) / MiB);
      }
    };
    {
      await using all = new AsyncDisposableStack();
      const peers = Array.from({ length: peerCount }, (_, i) => new TellingPeer(target, i));
      all.defer(async () =>
        void await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()))
      );
      const heard = () => peers.filter(({ handled }) => handled > 0).length;
      const told = () => peers.filter(({ handled }) => handled > 1).length;
      const isHeard = until("most are heard", () => heard() >= heardEnough, {
        timeoutMs: heardMsMax,
      });
      await isHeard.catch(() => assertGreater(heard(), heardMin));
      const enough = Math.min(heard(), heardEnough) / 2;
      for (const peer of peers) if (peer.handled > 0) peer.tell();
      const startMs = performance.now();
      const isEnough = () =>
        sumOf(reports, ({ answers }) => answers) > 0 &&
        told() > enough;
      do {
        await look(toldMs);
        reports.push(...await polite.report());
      } while (!isEnough() && performance.now() < startMs + toldMsMax);
      assertGreater(told(), enough);
    }
    const endMiB = rss.at(-1)!;
    await look(afterMs);
    const answered = sumOf(reports, ({ answers }) => answers);
    reports.push(...await polite.end());
    assertEquals([...reports.flatMap(({ faults }) => faults), ...server.faults], []);
    assertGreater(answered, 0);
    assertLess(Math.max(...reports.map(({ lagMsMax }) => lagMsMax)), lagMsMax);
    assertLess(Math.max(...counted), maxMemoryMiB);
    assertLess(Math.max(...rss), processMiBMax);
    assertLess(rss.at(-1)!, endMiB + grownMiBMax);
  } finally {
    await server.kill();
  }
});

function sumOf(reports: readonly PoliteReport[], figure: (report: PoliteReport) => number): number {
  return reports.reduce((sum, report) => sum + figure(report), 0);
}
