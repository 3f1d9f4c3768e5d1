import type { SharedFigure } from "../rpc/mod.ts";

/** Figures of an actor system since its start, summed over its threads. */
export interface SystemStats {
  /** Tells from outside and from actors. */
  messagesSent: number;
  /** Tells from outside; a batch of n queries counts n. */
  messagesSentExternal: number;
  /** Tells from actors, delayed ones when they are due. */
  messagesSentActor: number;
  /** Marshalled bytes of all tells. */
  bytesSent: number;
  /** Marshalled bytes of tells from other systems. */
  remoteBytesReceived: number;
  /** Channel refs given out. */
  channelRefsUsed: number;
  /** The most messages that any one actor sent to any one other within one second. */
  maxMessageRate: number;
  /** Messages whose receiver could not be reached. */
  messagesDropped: number;
  /** Messages from other systems that were refused: the connection that each came on was ended. */
  refusedMessages: number;
  /** How many other systems do not accept this one at this moment. */
  refusedBy: number;
  /** What the system's host counts, by the names that it gave at the start. */
  extra: Readonly<Record<string, number>>;
}

/** The figures that each thread counts, in the order of a thread's row. */
const counted = [
  "messagesSentExternal",
  "messagesSentActor",
  "bytesSent",
  "remoteBytesReceived",
  "channelRefsUsed",
  "messagesDropped",
  "refusedMessages",
  "refusedBy",
  "maxMessageRate",
] as const;

/** A figure that a thread counts. */
export type Figure = typeof counted[number];

/** The place of a figure in a row. */
export const figureOf = Object.fromEntries(counted.map((name, i) => [name, i])) as Readonly<
  Record<Figure, number>
>;

/** A figure of the host's, as one thread counts and sees it. */
export type ExtraFigure = SharedFigure;

/**
 * The figures of all threads: a row for each, which that thread alone writes and everybody reads. It
 * is all that threads share, and no actor sees more of it than sums; so `Stats` answers at once, and
 * for all of them.
 */
export class StatsTable {
  /** What another thread makes its own table of; shared by threads where there are several. */
  readonly memory: ArrayBufferLike;
  /** Names of the figures that the host counts. They follow those of the system in each row. */
  readonly extraFigures: readonly string[];
  #rows: Float64Array[];

  /** @param memory of the table of another thread of the same system; default: new */
  constructor(
    threadCount: number,
    extraFigures: readonly string[] = [],
    memory?: ArrayBufferLike,
  ) {
    const length = counted.length + extraFigures.length;
    const rowBytes = length * Float64Array.BYTES_PER_ELEMENT;
    // A page in a browser has one thread, and memory to share only where its server says so.
    const Memory = threadCount === 1 ? ArrayBuffer : SharedArrayBuffer;
    this.memory = memory ?? new Memory(threadCount * rowBytes);
    this.extraFigures = extraFigures;
    this.#rows = Array.from(
      { length: threadCount },
      (_, thread) => new Float64Array(this.memory, thread * rowBytes, length),
    );
  }

  /** The row that this thread writes. */
  row(thread: number): Float64Array {
    return this.#rows[thread];
  }

  /**
   * The host's figure `name` on one thread.
   *
   * @throws {RangeError} when the host did not give that name at the start.
   */
  extra(thread: number, name: string): ExtraFigure {
    const place = this.#extraPlace(name);
    const row = this.#rows[thread];
    const others = this.#rows.filter((other) => other !== row);
    return {
      add: (count) => void (row[place] += count),
      set: (count) => void (row[place] = count),
      total: () => others.reduce((sum, other) => sum + other[place], row[place]),
      greatestElsewhere: () =>
        others.reduce((greatest, other) => Math.max(greatest, other[place]), 0),
    };
  }

  /** The sums over all threads at this moment. */
  sum(): SystemStats {
    const sumAt = (place: number) => this.#rows.reduce((total, row) => total + row[place], 0);
    const sum = (figure: Figure) => sumAt(figureOf[figure]);
    const messagesSentExternal = sum("messagesSentExternal");
    const messagesSentActor = sum("messagesSentActor");
    return {
      messagesSent: messagesSentExternal + messagesSentActor,
      messagesSentExternal,
      messagesSentActor,
      bytesSent: sum("bytesSent"),
      remoteBytesReceived: sum("remoteBytesReceived"),
      channelRefsUsed: sum("channelRefsUsed"),
      maxMessageRate: Math.max(...this.#rows.map((row) => row[figureOf.maxMessageRate])),
      messagesDropped: sum("messagesDropped"),
      refusedMessages: sum("refusedMessages"),
      refusedBy: sum("refusedBy"),
      extra: Object.fromEntries(
        this.extraFigures.map((name) => [name, sumAt(this.#extraPlace(name))]),
      ),
    };
  }

  #extraPlace(name: string): number {
    const place = this.extraFigures.indexOf(name);
    if (place >= 0) return counted.length + place;
    throw new RangeError(
      `Cannot count ${JSON.stringify(name)}: allowed are ${this.extraFigures.join(", ") || "none"}`,
    );
  }
}
