import { countersOf } from "../../bench/process_counters.ts";
import { pause, realEnvironment } from "../../rpc/mod.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { freePorts } from "../support/ports.ts";
import { RedisSocket } from "../support/resp/redis_socket.ts";

/** A real Redis that keeps nothing but what it is told to, on a free port. */
export class RedisProcess implements AsyncDisposable {
  readonly address: string;
  #directory: TempDirectory;
  #options: Readonly<Record<string, string | number>>;
  #process: Deno.ChildProcess;

  private constructor(port: number, options: Readonly<Record<string, string>>) {
    this.address = `127.0.0.1:${port}`;
    this.#directory = new TempDirectory();
    this.#options = {
      ...{ port, bind: "127.0.0.1", databases: 1, save: "", appendonly: "no" },
      // A replica is not kept waiting for others.
      ...{ "repl-diskless-sync-delay": 0, "enable-debug-command": "yes" },
      ...options,
    };
    this.#process = this.#spawn();
  }

  #spawn(): Deno.ChildProcess {
    return new Deno.Command("redis-server", {
      args: Object.entries(this.#options).flatMap(([name, value]) => // Some take several words.
      [`--${name}`, ...name === "save" ? [""] : String(value).split(" ")]),
      cwd: this.#directory.path,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  /** The number of its process. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Starts it; resolves when it answers. @param options further ones of `redis-server` */
  static async start(options: Readonly<Record<string, string>> = {}): Promise<RedisProcess> {
    const redis = new RedisProcess(freePorts(1), options);
    try {
      await redis.#until("answers", () => redis.#answers());
      return redis;
    } catch (error) {
      await redis[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Puts so many keys of 20 bytes with values of 16. */
  async populate(count: number): Promise<void> {
    const prefix = "k".repeat(19 - String(count).length);
    await this.#ask(["DEBUG", "POPULATE", String(count), prefix, "16"]);
  }

  /** Resolves when it holds so many keys, and loads no more. */
  untilKeys(count: number): Promise<void> {
    return this.#until(`has ${count} keys`, async () => {
      try {
        return await this.#ask(["DBSIZE"]) === `:${count}\r\n`;
      } catch {
        return false;
      }
    });
  }

  /** Writes all to a file, ends, and starts again. @returns how long the start took, and processor time. */
  async restart(count: number): Promise<[ms: number, cpuSeconds: number]> {
    await this.#ask(["SAVE"]);
    this.#process.kill("SIGKILL");
    await this.#process.status;
    const startMs = performance.now();
    this.#process = this.#spawn();
    await this.untilKeys(count);
    const ms = performance.now() - startMs;
    return [ms, (await countersOf(this.pid))?.cpuSeconds ?? NaN];
  }

  async #until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const endMs = performance.now() + 120_000;
    while (!await condition()) {
      if (performance.now() > endMs) throw new Error(`It is not so that redis-server ${what}`);
      await pause(realEnvironment, 10);
    }
  }

  async #ask(command: readonly string[]): Promise<string> {
    using socket = await RedisSocket.connect(this.address);
    return (await socket.ask([command]))[0];
  }

  async #answers(): Promise<boolean> {
    try {
      return await this.#ask(["PING"]) === "+PONG\r\n";
    } catch {
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    this.#directory[Symbol.dispose]();
  }
}
