import { TempDirectory } from "../support/disk/temp_directory.ts";
import { missing, testUnless } from "../support/needs.ts";
import { makeOldData } from "./old_data.ts";
import { WatchedCluster } from "./watched_cluster.ts";

// Every alert is seen to fire and to end: a real Prometheus looks at a cluster of three in which what each
// is about is planted and mended. Here: those of what is between servers.

const lackingPrometheus = missing("prometheus");

testUnless(
  lackingPrometheus,
  "alerts of servers that are gone or of two versions, of clocks and of links fire and end",
  async () => {
    await using cluster = await WatchedCluster.start();
    const { first, third } = cluster;
    await third.hide();
    await cluster.fire("CmudServerGone");
    await third.reveal("4.5.6");
    await cluster.fire("CmudVersionsDiffer");
    await third.hide();
    await third.reveal();
    await cluster.end("CmudServerGone", "CmudVersionsDiffer");

    third.aheadMs = 75_000;
    await cluster.fire("CmudClockOff");
    third.aheadMs = 0;
    await cluster.end("CmudClockOff");

    cluster.stall();
    await cluster.fire("CmudPeerDown");
    cluster.mend();
    await cluster.end("CmudPeerDown");

    third.way.throttle(4_000);
    for (let n = 0; n < 100; n++) await first.put(`slow/${n}`, "x".repeat(2_000));
    await cluster.fire("CmudPeerBehind");
    cluster.mend();
    await cluster.end("CmudPeerBehind");
  },
);

testUnless(
  lackingPrometheus,
  "alerts of replicas that differ and of an outbox that was emptied fire and end",
  async () => {
    await using cluster = await WatchedCluster.start();
    const { first, second, third } = cluster;
    // Old data, of which the others hold nothing, over a slow way.
    await third.stop();
    using directory = new TempDirectory();
    await makeOldData(directory.path);
    cluster.throttle(6_000);
    await third.run([first], { dataDir: directory.path });
    await cluster.fire("CmudReplicasDiffer");
    cluster.mend();
    await cluster.end("CmudReplicasDiffer");

    // More waits for it than may.
    cluster.stall();
    for (let n = 0; n < 10; n++) await second.put(`large/${n}`, "x".repeat(8_000_000));
    await cluster.fire("CmudOutboxEmptied");
    cluster.mend();
    for (let n = 0; n < 10; n++) await second.delete(`large/${n}`);
    await cluster.end("CmudOutboxEmptied", "CmudPeerDown", "CmudPeerBehind", "CmudReplicasDiffer");
  },
);
