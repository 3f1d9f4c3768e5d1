import { pause, realEnvironment } from "../../rpc/mod.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { freePorts } from "../support/ports.ts";
import { RedisSocket } from "../support/resp/redis_socket.ts";

/** A real Redis that keeps nothing, on a free port. */
export class RedisProcess implements AsyncDisposable {
  readonly address: string;
  #directory: TempDirectory;
  #process: Deno.ChildProcess;

  private constructor(port: number) {
    this.address = `127.0.0.1:${port}`;
    this.#directory = new TempDirectory();
    const options = { port, bind: "127.0.0.1", databases: 1, save: "", appendonly: "no" };
    this.#process = new Deno.Command("redis-server", {
      args: Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
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

  /** Starts it; resolves when it answers. */
  static async start(): Promise<RedisProcess> {
    const redis = new RedisProcess(freePorts(1));
    try {
      for (let tries = 0; !await redis.#answers(); tries++) {
        if (tries === 200) throw new Error("redis-server does not answer");
        await pause(realEnvironment, 50);
      }
      return redis;
    } catch (error) {
      await redis[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #answers(): Promise<boolean> {
    try {
      using socket = await RedisSocket.connect(this.address);
      return (await socket.ask([["PING"]]))[0] === "+PONG\r\n";
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
