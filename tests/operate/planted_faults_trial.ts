import { problemsOf } from "../../app/commands/health.ts";
import type { HttpPort } from "../../http/mod.ts";
import { Client } from "../../kvclient/mod.ts";
import { Server, type ServerOptions } from "../../kvserver/mod.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { TinyDisk } from "../support/disk/tiny_disk.ts";
import { openHttpPort } from "../support/http_port.ts";
import { lineLogger } from "../support/memory_log.ts";
import { testUnless } from "../support/needs.ts";
import { until } from "../support/until.ts";
import { Proxy } from "../sync/proxy.ts";
import { skewedClock } from "../sync/skewed_clock.ts";
import { WireTap } from "../sync/wire_tap.ts";
import { makeOldData } from "./old_data.ts";

// A fault is planted in a running cluster of three. Whoever looks at it, by whatever means, is told what it
// is and where, within 5 s of when it counts as one.

const promisedMs = 5_000;

/** So much longer it may take on a machine that has much else to do: whoever asks starts a process each time. */
const busyTimes = 3;

/** How long is waited for what is no promise, on a busy machine too. */
const timeoutMs = 15_000;

/** A server that people look at. */
class Seen implements AsyncDisposable {
  readonly logged: string[] = [];
  /** What others dial, so that a test can break it. */
  readonly way = new Proxy();
  server!: Server;
  #http!: HttpPort;

  static async start(options: ServerOptions = {}, join?: Seen): Promise<Seen> {
    const seen = new Seen();
    const transport = new WireTap();
    seen.server = await Server.start({
      startPort: 0,
      queryActorCount: 1,
      transport,
      advertise: seen.way.address,
      log: lineLogger((line) => seen.logged.push(line)),
      join: join === undefined ? [] : [join.way.address],
      ...options,
    });
    seen.way.target = transport.listening[0];
    seen.#http = await openHttpPort({
      problemsOf: ({ stats, members }) => problemsOf({ stats: { ...stats }, members }),
    });
    seen.#http.show(seen.server);
    return seen;
  }

  async get(path: string): Promise<string> {
    const response = await fetch(`http://${this.#http.address}${path}`);
    return `${response.status} ${await response.text()}`;
  }

  /** What the page of the server says is wrong, at this moment. */
  async page(): Promise<string[]> {
    const response = await fetch(`http://${this.#http.address}/api/live`);
    let text = "";
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (text.includes("\n\n")) break;
    }
    return JSON.parse(text.slice("data: ".length, text.indexOf("\n\n"))).problems;
  }

  status() {
    return runCmud(["status", "--server", this.server.queryAddresses[0]]);
  }

  async put(key: string, value: string): Promise<void> {
    await using client = new Client(this.server.queryAddresses[0]);
    await client.put(key, value);
  }

  /**
   * Resolves when `status` ends with 75 and says `problem`, the page says it too, and the log has a line that
   * includes `line`.
   *
   * @param afterMs how long something lasts before it counts
   */
  async tells(
    { status: problem, log: line, afterMs = 0 }: { status: string; log: string; afterMs?: number },
  ): Promise<void> {
    let found = "";
    try {
      await until("it is told", async () => {
        const { code, stdout, stderr } = await this.status();
        const onPage = await this.page();
        found = [`${code}`, stdout, stderr, ...onPage, ...this.logged].join("\n");
        return code === 75 && `${stdout}${stderr}`.includes(problem) &&
          onPage.some((shown) => shown.includes(problem)) &&
          this.logged.some((logged) => logged.includes(line));
      }, { timeoutMs: afterMs + busyTimes * promisedMs });
    } catch (error) {
      throw new Error(`${error}: ${problem}; ${line}\n${found}`);
    }
  }

  /** Resolves when nothing is wrong any more. */
  async isHealthy(): Promise<void> {
    await until("it is healthy", async () => (await this.status()).code === 0, { timeoutMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http.close();
    await this.server.close().catch(() => {});
    await this.way[Symbol.asyncDispose]();
  }
}

/**
 * Calls `use` with three servers that know each other.
 *
 * @param options of the third
 * @param plant called before that starts
 */
async function withThree(
  use: (first: Seen, second: Seen, third: Seen) => Promise<void>,
  options: ServerOptions = {},
  plant: (first: Seen) => void = () => {},
): Promise<void> {
  await using first = await Seen.start();
  await using second = await Seen.start({}, first);
  plant(first);
  await using third = await Seen.start(options, first);
  await until("all know each other", async () => {
    const seen = [first, second, third];
    const members = await Promise.all(seen.map(({ server }) => server.members()));
    return members.every((rows) =>
      rows.length === 3 && rows.slice(1).every(({ state }) => state === "up")
    );
  }, { timeoutMs });
  await use(first, second, third);
}

testUnless(
  TinyDisk.lacking,
  "a full disk is told by its own server, and Puts go elsewhere",
  async () => {
    using disk = new TinyDisk(6);
    await withThree(async (first, _, third) => {
      disk.fill();
      await until(
        "a Put is refused",
        () => third.put("key", "x".repeat(10_000)).then(() => false, () => true),
        { timeoutMs },
      );
      await third.tells({ status: "its disk refuses to be written", log: "No space left" });
      assertStringIncludes(await third.get("/readyz"), "503 The disk refuses to be written");
      assertStringIncludes(await third.get("/metrics"), '\ncmud_disk_state{state="refusing"} 1\n');
      await first.put("elsewhere", "taken");
      assertStringIncludes(await first.get("/readyz"), "200");
      disk.empty();
      await third.isHealthy();
      assertStringIncludes(await third.get("/readyz"), "200");
    }, { dataDir: `${disk.path}/data` });
  },
);

Deno.test("a peer that stands still is told by the others, within 5 s of silence", () =>
  withThree(async (first, second, third) => {
    // Nothing comes of it, and nothing to it.
    for (const seen of [first, second, third]) seen.way.stall();
    third.way.stall();
    const peer = third.way.address;
    await first.tells({
      status: `member ${peer} is down for `,
      log: `Peer ${peer} has not been heard for 5 s`,
      afterMs: 5_000,
    });
    assertStringIncludes(await first.get("/metrics"), `\ncmud_peer_up{peer="${peer}"} 0\n`);
    assertStringIncludes(await first.get("/readyz"), "200");
    for (const seen of [first, second, third]) seen.way.mend();
    await first.isHealthy();
    await until(
      "the log says so",
      () => first.logged.some((line) => line.includes(`Peer ${peer} is heard again`)),
      { timeoutMs },
    );
  }));

Deno.test("a replica that lags is told by those who wait for it", () =>
  withThree(async (first, _, third) => {
    third.way.throttle(4_000);
    const peer = third.way.address;
    for (let n = 0; n < 100; n++) await first.put(`key/${n}`, "x".repeat(2_000));
    await first.tells({
      status: " s behind",
      log: `Peer ${peer} falls behind: `,
      afterMs: 2_000,
    });
    await until("the metrics say so", async () => {
      const sample = new RegExp(`\ncmud_peer_lag_seconds{peer="${peer}"} ([\\d.]+)\n`);
      return Number(sample.exec(await first.get("/metrics"))?.[1]) > 2;
    }, { timeoutMs });
    third.way.mend();
    await first.isHealthy();
    await until(
      "the log says so",
      () => first.logged.some((line) => line.includes(`Peer ${peer} has caught up`)),
      { timeoutMs },
    );
  }));

Deno.test("a replica that differs for 10 s is told, with the keys and who lacks them, while it is mended", async () => {
  using directory = new TempDirectory();
  // A server that was on its own with other data, of long ago.
  await makeOldData(directory.path);
  await withThree(
    async (first, _, third) => {
      const here = first.way.address;
      await third.tells({
        status: "holds a replica that has differed from others for",
        log: `Peer ${here} and this server have differed for`,
        afterMs: 10_000,
      });
      const differing = /\ncmud_differing_seconds ([\d.]+)\n/.exec(await third.get("/metrics"));
      assert(Number(differing?.[1]) >= 10);
      // Which keys these are, and who has them.
      const named = [first, third].map(({ server }) => server.queryAddresses[0]).join();
      const { code, stdout } = await runCmud(["check", "--server", named]);
      assertEquals(code, 1);
      assertStringIncludes(stdout, "lost/");
      first.way.mend();
      await third.isHealthy();
      await until(
        "the log says so",
        () => third.logged.some((line) => line.includes(`Peer ${here} and this server are equal`)),
        { timeoutMs },
      );
    },
    { dataDir: directory.path },
    (first) => first.way.throttle(6_000),
  );
});

Deno.test("a clock that is wrong is told by its server and by the others", () =>
  withThree(async (first, _, third) => {
    const [here, there] = [first.way.address, third.way.address];
    await first.tells({
      status: `member ${there} has a clock that is 1 min ahead`,
      log: `The clock of peer ${there} is `,
    });
    await third.tells({
      status: `member ${here} has a clock that is 1 min behind`,
      log: `The clock of peer ${here} is `,
    });
    const skew = new RegExp(`\ncmud_peer_clock_skew_seconds{peer="${there}"} ([\\d.]+)\n`)
      .exec(await first.get("/metrics"));
    assertEquals(Math.round(Number(skew?.[1])), 75);
  }, { environment: skewedClock(75_000) }));
