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
  /** Channel refs given out; one for a batch of n queries counts n. */
  channelRefsUsed: number;
  /** The most messages that any one actor sent to any one other within one second. */
  maxMessageRate: number;
  /** Messages whose receiver could not be reached. */
  messagesDropped: number;
  /** Whether the server has the whole state that it was to take over from others. */
  ready: boolean;
}

/** The figures that each thread counts, in the order of a thread's row. */
const counted = [
  "messagesSentExternal",
  "messagesSentActor",
  "bytesSent",
  "remoteBytesReceived",
  "channelRefsUsed",
  "messagesDropped",
  "maxMessageRate",
] as const;

/** A figure that a thread counts. */
export type Figure = typeof counted[number];

/** The place of a figure in a row. */
export const figureOf = Object.fromEntries(counted.map((name, i) => [name, i])) as Readonly<
  Record<Figure, number>
>;

/**
 * The figures of all threads: a row for each, which that thread alone writes and everybody reads. It
 * is all that threads share, and no actor sees more of it than sums; so `Stats` answers at once, and
 * for all of them.
 */
export class StatsTable {
  /** What another thread makes its own table of. */
  readonly memory: SharedArrayBuffer;
  #rows: Float64Array[];

  /** @param memory of the table of another thread of the same system */
  constructor(threadCount: number, memory?: SharedArrayBuffer) {
    const rowBytes = counted.length * Float64Array.BYTES_PER_ELEMENT;
    this.memory = memory ?? new SharedArrayBuffer(threadCount * rowBytes);
    this.#rows = Array.from(
      { length: threadCount },
      (_, thread) => new Float64Array(this.memory, thread * rowBytes, counted.length),
    );
  }

  /** The row that this thread writes. */
  row(thread: number): Float64Array {
    return this.#rows[thread];
  }

  /** All of them at this moment. */
  sum(ready: boolean): SystemStats {
    const sum = (figure: Figure) =>
      this.#rows.reduce((total, row) => total + row[figureOf[figure]], 0);
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
      ready,
    };
  }
}
