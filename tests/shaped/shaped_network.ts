import { missing } from "../support/needs.ts";
import { Lines } from "./lines.ts";

/** How packets go from one host to another. */
export interface Shape {
  /** Least time that a packet takes. Default 1. */
  readonly delayMinMs?: number;
  /** The most that it takes; where that is more, packets overtake one another. Default: the least. */
  readonly delayMaxMs?: number;
  /** Of a thousand packets, so many are lost. Default 0. */
  readonly lossPermille?: number;
  /** What leaves, at the most. Default: as much as comes. */
  readonly bytesPerSecond?: number;
}

/**
 * Hosts with links between them that are slow, lossy or cut, in network namespaces of this machine. Nothing of
 * them outlasts the process that made them.
 */
export class ShapedNetwork implements AsyncDisposable {
  /** What this machine lacks to make one; `undefined`: nothing. */
  static readonly lacking = missing("gcc", "tc", "unshare") ?? lackingRight();

  /** How many hosts there are; they are counted from 1 on. */
  readonly size: number;
  #program: string;
  #process: Deno.ChildProcess;
  #lines: Lines;
  /** The process that holds the namespace of each host. */
  #holders: readonly string[];

  /** Makes hosts, with links between them that take a millisecond. */
  static async open(size: number): Promise<ShapedNetwork> {
    const program = Deno.makeTempFileSync({ prefix: "cmud-test-network-" });
    let process: Deno.ChildProcess | undefined;
    try {
      compile(program);
      process = new Deno.Command(program, {
        args: ["hosts", `${size}`],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const lines = new Lines(process);
      const [, ...holders] = (await lines.next()).split(" ");
      const network = new ShapedNetwork(program, process, lines, holders);
      for (let from = 1; from <= size; from++) {
        for (let to = 1; to <= size; to++) if (from !== to) await network.shape(from, to, {});
      }
      return network;
    } catch (error) {
      process?.kill();
      Deno.removeSync(program);
      throw error;
    }
  }

  private constructor(
    program: string,
    process: Deno.ChildProcess,
    lines: Lines,
    holders: readonly string[],
  ) {
    this.#program = program;
    this.#process = process;
    this.#lines = lines;
    this.#holders = holders;
    this.size = holders.length;
  }

  /** The address of a host. */
  addressOf(host: number): string {
    return `10.77.0.${host}`;
  }

  /** A command on a host. */
  command(host: number, program: string, options: Deno.CommandOptions): Deno.Command {
    const args = ["in", this.#holders[host - 1], program, ...options.args ?? []];
    return new Deno.Command(this.#program, { ...options, args });
  }

  /** Has packets from one host to another go so. */
  async shape(from: number, to: number, shape: Shape): Promise<void> {
    const { delayMinMs = 1, delayMaxMs = delayMinMs, lossPermille = 0, bytesPerSecond = 0 } = shape;
    await this.#tell(
      `link ${from} ${to} ${delayMinMs} ${delayMaxMs} ${lossPermille} ${bytesPerSecond}`,
    );
  }

  /** Has packets between all hosts go so. */
  async shapeAll(shape: Shape): Promise<void> {
    for (const [from, to] of this.#pairs()) await this.shape(from, to, shape);
  }

  /** Has all that leaves a host share so much, wherever it goes: the kernel's token bucket. */
  async narrow(host: number, kilobitsPerSecond: number): Promise<void> {
    const bucket = ["rate", `${kilobitsPerSecond}kbit`, "burst", "4kb", "latency", "400ms"];
    const args = ["qdisc", "replace", "dev", "link0", "root", "tbf", ...bucket];
    const { success, stderr } = await this.command(host, "tc", { args }).output();
    if (!success) throw new Error(`tc: ${new TextDecoder().decode(stderr)}`);
  }

  /** Nothing gets from one host to the other any more. */
  async cutOneWay(from: number, to: number): Promise<void> {
    await this.#tell(`cut ${from} ${to}`);
  }

  /** Nothing gets from one host to the other, or back. */
  async cut(a: number, b: number): Promise<void> {
    await this.cutOneWay(a, b);
    await this.cutOneWay(b, a);
  }

  /** Nothing gets from one host to a port of the other any more, as if a firewall stood there. */
  async shut(from: number, to: number, port: number): Promise<void> {
    await this.#tell(`shut ${from} ${to} ${port}`);
  }

  /** Ends all cuts. */
  async mend(): Promise<void> {
    for (const [from, to] of this.#pairs()) await this.#tell(`mend ${from} ${to}`);
  }

  /** How many bytes have left a host, headers of packets and what got lost included. */
  async bytesSentBy(from: number): Promise<number> {
    let bytes = 0;
    for (let to = 1; to <= this.size; to++) bytes += Number(await this.#ask(`bytes ${from} ${to}`));
    return bytes;
  }

  *#pairs(): Iterable<[from: number, to: number]> {
    for (let from = 1; from <= this.size; from++) {
      for (let to = 1; to <= this.size; to++) if (from !== to) yield [from, to];
    }
  }

  async #tell(line: string): Promise<void> {
    const answer = await this.#ask(line);
    if (answer !== "ok") throw new Error(`The network answers ${answer}`);
  }

  #ask(line: string): Promise<string> {
    return this.#lines.ask(line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines.close();
    await this.#process.status;
    Deno.removeSync(this.#program);
  }
}

function compile(program: string): void {
  const source = new URL("network.c", import.meta.url).pathname;
  const args = ["-O2", "-Wall", "-o", program, source];
  const { success, stderr } = new Deno.Command("gcc", { args }).outputSync();
  if (!success) throw new Error(`gcc: ${new TextDecoder().decode(stderr)}`);
}

/** Not every container lets its root make a network, and that cannot be installed. */
function lackingRight(): string | undefined {
  const canMake = new Deno.Command("unshare", {
    args: ["--net", "sh", "-c", "test -c /dev/net/tun"],
    stderr: "null",
  }).outputSync().success;
  return canMake ? undefined : "right to make a network";
}
