import { inTime } from "./in_time.ts";

/** All threads of a process have collected their garbage within this time. */
const collectMsMax = 30_000;

/** What the runtime says about the heap of a thread. */
interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize?: number;
  readonly backingStorageSize?: number;
}

/** An answer of the inspector, or something that it says unasked. */
interface InspectorMessage {
  readonly id?: number;
  readonly result?: unknown;
  readonly method?: string;
  readonly params?: { readonly sessionId: string; readonly message?: string };
}

/**
 * Has all threads of a process that runs with `--inspect` collect their garbage.
 *
 * @returns bytes that are in use then, on all of their heaps and in buffers
 */
export async function collectGarbage(inspectPort: number): Promise<number> {
  const listed = await fetch(`http://127.0.0.1:${inspectPort}/json`);
  const [{ webSocketDebuggerUrl }] = await listed.json();
  const inspector = await Inspector.connect(webSocketDebuggerUrl);
  try {
    return await inTime(inspector.collect(), collectMsMax, () => {
      throw new Error(`The process has not collected its garbage within ${collectMsMax} ms`);
    });
  } finally {
    await inspector.close();
  }
}

/** A session with the runtime of a process: its main thread, and by it the others. */
class Inspector {
  #socket: WebSocket;
  #closed: Promise<void>;
  #nextId = 1;
  /** By the session of a thread, which is "" for the main one, and the id of what it was asked. */
  #waiting = new Map<string, (result: unknown) => void>();
  #threads = new Set([""]);

  static async connect(url: string): Promise<Inspector> {
    const socket = new WebSocket(url);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`Cannot reach the inspector at ${url}`));
    await promise;
    return new Inspector(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed = promise;
    socket.onclose = () => resolve();
    socket.onmessage = ({ data }) => this.#take("", JSON.parse(data));
  }

  /** Collects what is garbage on all threads. @returns bytes in use */
  async collect(): Promise<number> {
    // Which threads there are is said behind the answer, and before the next one.
    await this.#ask("", "NodeWorker.enable", { waitForDebuggerOnStart: false });
    await this.#ask("", "Runtime.getHeapUsage");
    const used = await Promise.all([...this.#threads].map(async (thread) => {
      await this.#ask(thread, "HeapProfiler.collectGarbage");
      const usage = await this.#ask(thread, "Runtime.getHeapUsage") as HeapUsage;
      return usage.usedSize + (usage.embedderHeapUsedSize ?? 0) + (usage.backingStorageSize ?? 0);
    }));
    return used.reduce((sum, bytes) => sum + bytes, 0);
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.#closed;
  }

  #ask(thread: string, method: string, params: object = {}): Promise<unknown> {
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#waiting.set(`${thread}/${id}`, resolve);
    const message = JSON.stringify({ id, method, params });
    if (thread === "") this.#socket.send(message);
    else void this.#ask("", "NodeWorker.sendMessageToWorker", { sessionId: thread, message });
    return promise;
  }

  #take(thread: string, { id, result, method, params }: InspectorMessage): void {
    if (id !== undefined) this.#waiting.get(`${thread}/${id}`)?.(result);
    if (method === "NodeWorker.attachedToWorker") this.#threads.add(params!.sessionId);
    if (method === "NodeWorker.receivedMessageFromWorker") {
      this.#take(params!.sessionId, JSON.parse(params!.message!));
    }
  }
}
