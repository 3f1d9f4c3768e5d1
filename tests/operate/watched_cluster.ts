import { Client } from "../../kvclient/mod.ts";
import { Server, type ServerOptions } from "../../kvserver/mod.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { silentLogger } from "../../log/mod.ts";
import { openHttpPort } from "../support/http_port.ts";
import { read } from "../support/repository.ts";
import { Load, until } from "../support/until.ts";
import { Proxy } from "../sync/proxy.ts";
import { WireTap } from "../sync/wire_tap.ts";
import { Prometheus } from "./prometheus.ts";

/** How long is waited for what an alert is about, and for the alert. */
export const patience = { timeoutMs: 120_000, everyMs: 250 };
/** How far back the rules look. */
export const lookBack = "30s";

/** The rules of alerts.yml, with waits of a second, and with no view of more than the last 30 s. */
export const rules = read("examples/operate/alerts.yml")
  .replaceAll(/^( +for: ).*$/gm, "$11s")
  .replaceAll(/\[\d+[mh]\]/g, `[${lookBack}]`);

/** A server that is scraped, and started anew behind its addresses. */
export class Watched implements AsyncDisposable {
  /** What others dial, so that a test can break it. */
  readonly way = new Proxy();
  /** Where it is scraped. */
  readonly address: string;
  server!: Server;
  /** How far its clock is ahead. */
  aheadMs = 0;
  #http: Awaited<ReturnType<typeof openHttpPort>>;

  static async start(): Promise<Watched> {
    return new Watched(await openHttpPort());
  }

  private constructor(http: Awaited<ReturnType<typeof openHttpPort>>) {
    this.#http = http;
    this.address = http.address;
  }

  /** Runs a server, which joins others. */
  async run(others: readonly Watched[] = [], options: ServerOptions = {}): Promise<void> {
    const transport = new WireTap();
    this.server = await Server.start({
      startPort: 0,
      queryActorCount: 1,
      advertise: this.way.address,
      environment: { ...realEnvironment, now: () => realEnvironment.now() + this.aheadMs },
      transport,
      log: silentLogger,
      join: others.map(({ way }) => way.address),
      ...options,
    });
    this.way.target = transport.listening[0];
    this.#http.show(this.server);
  }

  async stop(): Promise<void> {
    this.#http.show("stopping");
    await this.server.close().catch(() => {});
  }

  /** Ends the server, and runs one in its place. */
  async rerun(others: readonly Watched[], options: ServerOptions = {}): Promise<void> {
    await this.stop();
    await this.run(others, options);
  }

  /** Answers over HTTP no more. */
  async hide(): Promise<void> {
    await this.#http.close();
  }

  /** Answers over HTTP again, as a program of a version. */
  async reveal(version?: string): Promise<void> {
    this.#http = await openHttpPort({
      address: this.address,
      ...(version === undefined ? {} : { version }),
    });
    this.#http.show(this.server);
  }

  async put(key: string, value: string): Promise<void> {
    await using client = new Client(this.server.queryAddresses[0], { retries: 0 });
    await client.put(key, value);
  }

  async delete(key: string): Promise<void> {
    await using client = new Client(this.server.queryAddresses[0]);
    await client.delete(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hide();
    await this.server?.close().catch(() => {});
    await this.way[Symbol.asyncDispose]();
  }
}

/** A cluster of three, and a Prometheus that has scraped all of it. */
export class WatchedCluster implements AsyncDisposable {
  readonly first: Watched;
  readonly second: Watched;
  readonly third: Watched;
  readonly prometheus: Prometheus;
  /** Something always happens, and whoever counts it sees where a server begins anew. */
  #load: Load;

  static async start(): Promise<WatchedCluster> {
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => Watched.start()));
    await first.run();
    await second.run([first]);
    await third.run([first]);
    const cluster = new WatchedCluster(first, second, third);
    await cluster.haveMet();
    await until("all are scraped", async () => {
      return (await cluster.prometheus.ask('up{job="cmud"} == 1')).length === 3;
    }, patience);
    return cluster;
  }

  private constructor(first: Watched, second: Watched, third: Watched) {
    this.first = first;
    this.second = second;
    this.third = third;
    this.prometheus = new Prometheus(this.#all.map(({ address }) => address), rules);
    this.#load = new Load(100, (n) => first.put(`load/${n % 50}`, `${n}`).catch(() => {}));
  }

  get #all(): Watched[] {
    return [this.first, this.second, this.third];
  }

  /** Resolves when all of these alerts fire. */
  async fire(...names: string[]): Promise<void> {
    await until(`${names.join()} fire`, async () => {
      const firing = await this.prometheus.firing();
      return names.every((name) => firing.has(name));
    }, patience);
  }

  /** Resolves when none of these alerts does. */
  async end(...names: string[]): Promise<void> {
    await until(`${names.join()} end`, async () => {
      const firing = await this.prometheus.firing();
      return !names.some((name) => firing.has(name));
    }, patience);
  }

  async haveMet(): Promise<void> {
    await until("all know each other", async () => {
      const rows = await Promise.all(this.#all.map(({ server }) => server.members()));
      return rows.every((members) =>
        members.filter(({ state }) => state === "self" || state === "up").length === 3
      );
    }, patience);
  }

  /** Nothing comes through between them until `mend`. */
  stall(): void {
    for (const { way } of this.#all) way.stall();
  }

  /** No more than so many bytes a second come through until `mend`. */
  throttle(bytesPerSecond: number): void {
    for (const { way } of this.#all) way.throttle(bytesPerSecond);
  }

  mend(): void {
    for (const { way } of this.#all) way.mend();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#load[Symbol.asyncDispose]();
    await this.prometheus[Symbol.asyncDispose]();
    for (const watched of this.#all.toReversed()) await watched[Symbol.asyncDispose]();
  }
}
