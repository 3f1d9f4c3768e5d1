import { newToken } from "../../access/mod.ts";
import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { silentLogger } from "../../log/mod.ts";
import { assertEquals } from "../deps.ts";
import { startServerProcess } from "../support/app/cmud_process.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { TinyDisk } from "../support/disk/tiny_disk.ts";
import { openHttpPort } from "../support/http_port.ts";
import { missing, testUnless } from "../support/needs.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { makeToken } from "../support/tokens.ts";
import { Load, until } from "../support/until.ts";
import { Prometheus } from "./prometheus.ts";
import { lookBack, patience, rules, WatchedCluster } from "./watched_cluster.ts";

// Every alert is seen to fire and to end: a real Prometheus looks at a cluster of three in which what each
// is about is planted and mended. Here: those of what is wrong with a server.

const lackingPrometheus = missing("prometheus");

testUnless(
  lackingPrometheus,
  "alerts of servers that start often, are not ready or of another cluster fire and end",
  async () => {
    await using cluster = await WatchedCluster.start();
    const { first, third } = cluster;
    // What it takes over comes slowly.
    for (let n = 0; n < 100; n++) await first.put(`state/${n}`, "x".repeat(2_000));
    cluster.throttle(4_000);
    await third.rerun([first]);
    await cluster.fire("CmudNotReady");
    cluster.mend();
    await cluster.end("CmudNotReady");

    for (let n = 1; n <= 3; n++) {
      await until(
        "it has told others much",
        () => third.server.stats().messagesSentActor > 60,
        patience,
      );
      await third.rerun([first]);
      const resets = `resets(cmud_messages_sent_total{from="actors"}[${lookBack}]) >= ${n}`;
      await until(
        "that is seen",
        async () => (await cluster.prometheus.ask(resets)).length > 0,
        patience,
      );
    }
    await cluster.fire("CmudRestartsOften");
    await cluster.end("CmudRestartsOften");

    // It is another cluster, so others refuse it and it refuses them.
    await third.rerun([], { cluster: "another" });
    await cluster.fire("CmudServersUnknown", "CmudRefusedByOthers", "CmudMessagesRefused");
    await third.rerun([first]);
    await cluster.end("CmudServersUnknown", "CmudRefusedByOthers", "CmudMessagesRefused");
    await cluster.haveMet();
  },
);

testUnless(
  TinyDisk.lacking ?? lackingPrometheus,
  "alerts of a full disk and of a full memory fire and end",
  async () => {
    await using cluster = await WatchedCluster.start();
    const { first, third } = cluster;
    using disk = new TinyDisk(6);
    await third.rerun([first], { dataDir: `${disk.path}/data` });
    disk.fill();
    const refused = new Load(
      200,
      (n) => third.put(`full/${n % 9}`, "x".repeat(9_000)).catch(() => {}),
    );
    await cluster.fire("CmudDiskRefuses", "CmudPutsRefused");
    await refused.stop();
    disk.empty();
    await cluster.end("CmudDiskRefuses", "CmudPutsRefused");

    await third.rerun([first], { maxMemory: 33_554_432 });
    const keys = Array.from({ length: 400 }, (_, n) => `memory/${n}`);
    const filling = new Load(
      50,
      (n) => third.put(keys[n % keys.length], "x".repeat(150_000)).catch(() => {}),
    );
    await cluster.fire("CmudMemoryFilling", "CmudMemoryFull", "CmudPutsRefused");
    await filling.stop();
    for (const key of keys) await first.delete(key);
    await cluster.end("CmudMemoryFilling", "CmudMemoryFull", "CmudPutsRefused");
  },
);

testUnless(
  lackingPrometheus ?? missing("strace"),
  "the alert of a slow disk fires while each sync takes long, and ends",
  async () => {
    using directory = new TempDirectory();
    const server = await startServerProcess([
      ...["--http", "127.0.0.1:0", "--data-dir", directory.path],
    ]);
    await using prometheus = new Prometheus([server.ready.http!], rules);
    await using client = new Client(server.ready.queryAddresses[0]);
    await using _load = new Load(100, (n) => client.put(`key/${n % 50}`, `${n}`));
    const fires = async () => (await prometheus.firing()).has("CmudDiskSlow");
    // Each sync of a file takes as long as on a disk that is worn or shared.
    const slow = new Deno.Command("strace", {
      args: [
        ...["-f", "-q", "-o", "/dev/null", "-p", `${server.child.pid}`],
        ...["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_exit=700000"],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await until("it fires", fires, patience);
    slow.kill("SIGINT");
    await slow.status;
    await until("it ends", async () => !await fires(), patience);
    assertEquals(await server.end("SIGTERM"), 0);
  },
);

testUnless(
  lackingPrometheus,
  "the alert of who guesses tokens fires while that goes on, and ends",
  async () => {
    const server = await Server.start({
      startPort: 0,
      queryActorCount: 1,
      tokens: [makeToken("admin").entry],
      log: silentLogger,
    });
    const http = await openHttpPort();
    http.show(server);
    try {
      await using prometheus = new Prometheus([http.address], rules);
      const fires = async () => (await prometheus.firing()).has("CmudTokensGuessed");
      const guessing = new Load(50, async () => {
        using socket = await RawSocket.connect(server.queryAddresses[0]);
        await socket.askInVain("Auth", newToken());
      });
      await until("it fires", fires, patience);
      await guessing.stop();
      await until("it ends", async () => !await fires(), patience);
    } finally {
      http.show("stopping");
      await http.close();
      await server.close();
    }
  },
);
