import type { Client, Member, Value } from "../../kvclient/mod.ts";

/** What can be seen of a cluster from outside. */
export interface LiveState {
  /** The servers that the one that is asked knows, itself first. */
  readonly members: readonly Member[];
  /** Keys and values of the server that is asked, the last ones that changed. */
  readonly entries: readonly (readonly [key: string, value: string])[];
  /** Why nothing more is known than before; absent: the server answers. */
  readonly fault?: string;
}

/** What it needs of a client. */
export type LiveClient = Pick<Client, "members" | "watch" | "close">;

/** Members are asked for so often, and a server that did not answer is asked again after so long. */
const askMs = 1_000;

/** So many keys are kept. */
export const liveKeysMax = 100;

/** Looks at a cluster that runs, by one of its servers, and changes nothing there. */
export class LiveCluster {
  #client: LiveClient;
  #onState: (state: LiveState) => void;
  #pause: (ms: number) => Promise<void>;
  #members: readonly Member[] = [];
  /** Values by their keys, the one that changed last at the end. */
  #entries = new Map<string, string>();
  #ended = new AbortController();

  /**
   * @param onState is called whenever something else is seen
   * @param pause resolves after so long
   */
  constructor(
    client: LiveClient,
    onState: (state: LiveState) => void,
    pause: (ms: number) => Promise<void>,
  ) {
    this.#client = client;
    this.#onState = onState;
    this.#pause = pause;
  }

  /** Looks until it is closed. */
  async follow(): Promise<void> {
    await Promise.all([
      this.#again(async () => {
        this.#members = await this.#client.members();
        this.#tell();
      }),
      this.#again(() => this.#watch()),
    ]);
  }

  /** Ends looking. */
  async close(): Promise<void> {
    this.#ended.abort();
    await this.#client.close();
  }

  async #again(look: () => Promise<void>): Promise<void> {
    while (!this.#ended.signal.aborted) {
      try {
        await look();
      } catch (error) {
        if (!this.#ended.signal.aborted) this.#tell((error as Error).message);
      }
      await this.#pause(askMs);
    }
  }

  async #watch(): Promise<void> {
    this.#entries.clear();
    const { signal } = this.#ended;
    for await (const { key, value } of this.#client.watch("", { initial: true, signal })) {
      this.#entries.delete(key);
      if (value !== undefined) this.#entries.set(key, textOf(value));
      const [oldest] = this.#entries.keys();
      if (this.#entries.size > liveKeysMax) this.#entries.delete(oldest);
      this.#tell();
    }
  }

  #tell(fault?: string): void {
    const state = { members: this.#members, entries: [...this.#entries] };
    this.#onState(fault === undefined ? state : { ...state, fault });
  }
}

function textOf(value: Value): string {
  return typeof value === "string" ? value : `${value.length} bytes`;
}
