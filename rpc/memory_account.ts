import { defaultLimits, type Limits } from "../limits.ts";
import { spareMemory } from "./msgpack/spare_memory.ts";

/** A number that the threads of a server count together: each its own part of it. */
export interface SharedFigure {
  /** Adds to the part of this thread. */
  add(count: number): void;
  /** Sets the part of this thread. */
  set(count: number): void;
  /** The sum of all parts. */
  total(): number;
  /** The greatest part of another thread; 0 when there is none. */
  greatestElsewhere(): number;
}

/** What memory is charged for: what is stored, connections of clients, what goes between servers, to the disk, watches. */
export type MemoryKind = "entries" | "connections" | "peers" | "disk" | "watches";

/** All of them. */
export const memoryKinds: readonly MemoryKind[] = [
  "entries",
  "connections",
  "peers",
  "disk",
  "watches",
];

/** Who keeps count of the memory that something takes. */
export type Charged = Pick<MemoryAccount, "charge">;

/** Somebody outside who makes the server hold memory: a connection. */
export interface MemoryHolder {
  /** Bytes charged for it. */
  readonly heldBytes: number;
  /** Whether it does nothing with them: it is cut before those that do. */
  readonly isStuck: boolean;
  /** Whether it is cut only when all others are: a peer, because it would only send the same again. */
  readonly isPeer: boolean;
  /** Ends it now. Nothing is charged for it any more when this returns. */
  cut(): void;
}

/** What all threads must see of an account. */
export interface AccountFigures {
  /** Bytes charged. */
  readonly bytes: SharedFigure;
  /** Bytes of the holder that holds most. */
  readonly mostHeld: SharedFigure;
  /** Bytes charged, by what they are for. */
  readonly kinds: Readonly<Record<MemoryKind, SharedFigure>>;
}

/** Of the bound, this part is left to connections, up to `memoryReserveBytesMax`. */
const reservedShare = 1 / 8;

/** Of the bound, this part is for what comes in between two looks at it, up to `memoryMarginBytesMax`. */
const marginShare = 1 / 16;

/**
 * What a server's memory goes to, as far as it depends on what comes in: keys and values, what waits to
 * be sent, connections and their buffers. Whoever takes memory charges it, and gives it back later.
 *
 * The account refuses nothing by itself. Puts are refused while `putRoomBytes` is too small for them.
 * When it is full, which is a little before `maxBytes`, the connections that hold most are cut, largest
 * first, until it is not: so the bound holds though others take memory meanwhile.
 *
 * Each thread of a server has an account of its own, whose figures are shared (`share`): all see one
 * sum, and a thread leaves it to the one with the largest holder to cut it, as long as the bound holds.
 */
export class MemoryAccount {
  /** The bound of what all threads together charge; `Infinity`: none. */
  readonly maxBytes: number;
  #figures: AccountFigures = {
    bytes: new LocalFigure(),
    mostHeld: new LocalFigure(),
    kinds: Object.fromEntries(
      memoryKinds.map((kind) => [kind, new LocalFigure()]),
    ) as unknown as AccountFigures["kinds"],
  };
  #holders = new Set<MemoryHolder>();
  #limits: Limits;
  #reservedBytes: number;
  /** It is full past so many bytes. */
  #fullBytes: number;
  #uncheckedBytesMax: number;
  /** Bytes that were charged since the bound was looked at. */
  #unchecked = 0;
  #isCheckDue = false;

  /**
   * Makes an account to which nothing is charged.
   *
   * @param maxBytes default: no bound
   */
  constructor(maxBytes = Infinity, limits: Limits = defaultLimits) {
    this.maxBytes = maxBytes;
    this.#limits = limits;
    this.#reservedBytes = Math.min(maxBytes * reservedShare, limits.memoryReserveBytesMax);
    this.#fullBytes = maxBytes === Infinity
      ? Infinity
      : maxBytes - Math.min(maxBytes * marginShare, limits.memoryMarginBytesMax);
    this.#uncheckedBytesMax = limits.memoryUncheckedBytesMax;
  }

  /** Bytes that all threads have charged. */
  get bytes(): number {
    return this.#figures.bytes.total();
  }

  /** Bytes that Puts may still take; below 0 past their bound. */
  get putRoomBytes(): number {
    if (this.maxBytes === Infinity) return Infinity;
    return this.maxBytes - this.#reservedBytes - this.bytes;
  }

  /** Whether so much is charged that connections are cut. */
  get isFull(): boolean {
    return this.bytes > this.#fullBytes;
  }

  /** Has other threads see what this one charges, and this one what they do. Once. */
  share(figures: AccountFigures): void {
    figures.bytes.add(this.#figures.bytes.total());
    for (const kind of memoryKinds) figures.kinds[kind].add(this.#figures.kinds[kind].total());
    this.#figures = figures;
  }

  /** What charges all that it is given for `kind`. */
  for(kind: MemoryKind): Charged {
    return { charge: (bytes) => this.charge(bytes, kind) };
  }

  /** Charges so many bytes, or gives them back when they are below 0. @param kind what they are for */
  charge(bytes: number, kind: MemoryKind = "entries"): void {
    this.#figures.bytes.add(bytes);
    this.#figures.kinds[kind].add(bytes);
    if (bytes > 0 && (this.#unchecked += bytes) >= this.#uncheckedBytesMax) this.#checkSoon();
  }

  /** Adds one who may be cut. */
  addHolder(holder: MemoryHolder): void {
    this.#holders.add(holder);
  }

  /** Removes one who is gone. */
  removeHolder(holder: MemoryHolder): void {
    this.#holders.delete(holder);
  }

  /** Cuts those who hold most, if it is full. To be called now and then. */
  relieve(): void {
    this.#unchecked = 0;
    if (!this.isFull) {
      this.#figures.mostHeld.set(0);
      return;
    }
    // It is not counted, but the process has it.
    spareMemory.free();
    const { sparedBytes } = this.#limits;
    const holders = [...this.#holders].filter(({ heldBytes }) => heldBytes > sparedBytes);
    holders.sort((a, b) =>
      Number(a.isPeer) - Number(b.isPeer) || Number(b.isStuck) - Number(a.isStuck) ||
      b.heldBytes - a.heldBytes
    );
    for (const holder of holders) {
      this.#figures.mostHeld.set(holder.heldBytes);
      const isElsewhere = this.#figures.mostHeld.greatestElsewhere() > holder.heldBytes;
      // The other thread may be long in coming to it.
      if (isElsewhere && this.bytes <= this.maxBytes) return;
      holder.cut();
      if (!this.isFull) break;
    }
    this.#figures.mostHeld.set(0);
  }

  /** Cuts what is soon to be cut. */
  relieveIfDue(): void {
    if (this.#isCheckDue) this.relieve();
  }

  /** Not at once: whoever charges is in the midst of something, and may be the one to be cut. */
  #checkSoon(): void {
    this.#unchecked = 0;
    if (this.#isCheckDue || !this.isFull) return;
    this.#isCheckDue = true;
    queueMicrotask(() => {
      this.#isCheckDue = false;
      this.relieve();
    });
  }
}

/** The figure of a thread that shares it with nobody. */
export class LocalFigure implements SharedFigure {
  #value = 0;

  add(count: number): void {
    this.#value += count;
  }

  set(count: number): void {
    this.#value = count;
  }

  total(): number {
    return this.#value;
  }

  greatestElsewhere(): number {
    return 0;
  }
}
