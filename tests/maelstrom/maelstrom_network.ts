import type { Body, Message } from "../../examples/maelstrom/message.ts";
import { root } from "../support/repository.ts";
import { Prng } from "../../simulate/world/prng.ts";

/** An answer that is an error, by its number. */
export class ReplyError extends Error {
  readonly code: number;

  constructor({ code, text }: Body) {
    super(String(text));
    this.code = Number(code);
  }
}

/** How the network treats messages between nodes. */
export interface NetworkConditions {
  readonly latencyMs: number;
  /** Of a hundred messages. */
  readonly lostPercent: number;
}

/** A process of a node, its stdin and stdout. */
interface NodeProcess {
  readonly child: Deno.ChildProcess;
  readonly stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly reading: Promise<void>;
}

const text = new TextEncoder();

/** Bodies of answers come within so long, or they do not. */
const replyMsMax = 20_000;

/**
 * What Maelstrom does for the nodes of a test: starts them, carries their messages, loses some, and splits the
 * network; and is their clients.
 */
export class MaelstromNetwork implements AsyncDisposable {
  readonly ids: readonly string[];
  #conditions: NetworkConditions;
  #random: Prng;
  #nodes = new Map<string, NodeProcess>();
  #replies = new Map<number, (body: Body) => void>();
  #requests = 0;
  /** Nodes of different groups do not hear each other; none: all do. */
  #groups: readonly (readonly string[])[] = [];
  #timers = new Set<ReturnType<typeof setTimeout>>();

  private constructor(ids: readonly string[], seed: number, conditions: NetworkConditions) {
    this.ids = ids;
    this.#random = new Prng(seed);
    this.#conditions = conditions;
  }

  /** Starts nodes, and tells each of them who there is. */
  static async start(
    count: number,
    { seed = 1, latencyMs = 2, lostPercent = 0 }: Partial<NetworkConditions> & { seed?: number } =
      {},
  ): Promise<MaelstromNetwork> {
    const ids = Array.from({ length: count }, (_, i) => `n${i + 1}`);
    const network = new MaelstromNetwork(ids, seed, { latencyMs, lostPercent });
    for (const id of ids) network.#spawn(id);
    const init = (id: string) => ({ type: "init", node_id: id, node_ids: ids });
    await Promise.all(ids.map((id) => network.ask(id, init(id))));
    return network;
  }

  /** Asks a node something, as a client. @throws {ReplyError} when the answer is one. */
  async ask(dest: string, body: Body): Promise<Body> {
    const msg_id = ++this.#requests;
    const reply = new Promise<Body>((resolve, reject) => {
      this.#replies.set(msg_id, resolve);
      this.#later(replyMsMax, () => reject(new Error(`${dest} does not answer ${body.type}`)));
    });
    this.#deliver({ src: "c1", dest, body: { ...body, msg_id } });
    const answer = await reply;
    if (answer.type === "error") throw new ReplyError(answer);
    return answer;
  }

  /** Splits the network into groups of nodes; without any, all hear each other again. */
  partition(...groups: readonly string[][]): void {
    this.#groups = groups;
  }

  /** Ends all nodes at once, whatever they do. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#nodes.values()].map(async ({ child, stdin, reading }) => {
      child.kill("SIGKILL");
      await reading;
      await child.status;
      await stdin.abort().catch(() => {});
    }));
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #spawn(id: string): void {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "--no-prompt", "--no-check", "--allow-env", "examples/maelstrom/main.ts"],
      cwd: root,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reading = this.#read(child);
    this.#nodes.set(id, { child, stdin: child.stdin.getWriter(), reading });
  }

  async #read(child: Deno.ChildProcess): Promise<void> {
    let rest = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#route(JSON.parse(line));
    }
  }

  #route(message: Message): void {
    const { src, dest, body } = message;
    if (!this.#nodes.has(dest)) return this.#replies.get(body.in_reply_to ?? 0)?.(body);
    if (this.#isSplit(src, dest) || this.#random.below(100) < this.#conditions.lostPercent) return;
    // Each takes its own time, so they overtake each other.
    this.#later(
      this.#random.below(2 * this.#conditions.latencyMs + 1),
      () => this.#deliver(message),
    );
  }

  #isSplit(src: string, dest: string): boolean {
    const groupOf = (id: string) => this.#groups.findIndex((group) => group.includes(id));
    return this.#groups.length > 0 && groupOf(src) !== groupOf(dest);
  }

  #deliver(message: Message): void {
    const { stdin } = this.#nodes.get(message.dest)!;
    // A node that has ended is of no interest any more.
    stdin.write(text.encode(JSON.stringify(message) + "\n")).catch(() => {});
  }

  #later(ms: number, fn: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      fn();
    }, ms);
    this.#timers.add(timer);
  }
}
