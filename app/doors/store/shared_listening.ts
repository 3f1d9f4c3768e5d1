import { doorLimits } from "../../../limits.ts";
import type { Timers } from "../../../rpc/mod.ts";
import type { GameStore } from "../../game/mod.ts";

type Listen = NonNullable<GameStore["listen"]>;
type Listening = ReturnType<Listen>;

/** A prefix that the one listening hears, for those who want something below it. */
interface Wide {
  /** All that is there, as far as it was heard. */
  readonly entries: Map<string, string>;
  /** How many prefixes below it are wanted. */
  wanted: number;
  isLive: boolean;
}

/** A prefix that some want to hear. */
interface Wanted {
  readonly wide: Wide;
  /** Those who do. */
  readonly members: Set<Member>;
  /** What of the wide one is below it: made for the first who takes all, because hundreds may do so at once. */
  entries?: Map<string, string>;
}

/** One who listens. */
interface Member {
  readonly onChange: () => void;
  /** By prefix: the keys that have changed since they were taken; `undefined`: all. */
  readonly changed: Map<string, Set<string> | undefined>;
}

/**
 * Lets hundreds of players listen over one connection: what several of them want to hear is heard once, below
 * prefixes that take in what they ask for, and told to those whom it concerns.
 */
export class SharedListening {
  readonly #listening: Listening;
  readonly #wides = new Map<string, Wide>();
  readonly #wanted = new Map<string, Wanted>();
  readonly #members = new Set<Member>();

  /** Runs functions later; absent: all is told at once. */
  readonly #timers: Pick<Timers, "after"> | undefined;
  /** Those who are to be told, and how not to. */
  readonly #concerned = new Set<Member>();
  #cancelTelling: (() => void) | undefined;

  /**
   * @param listen begins to listen to the store
   * @param timers lets what happens be told to many together. Default: each is told at once
   */
  constructor(listen: Listen, timers?: Pick<Timers, "after">) {
    this.#timers = timers;
    this.#listening = listen(() => this.#drain());
  }

  /** One more listens. @param onChange called when there may be something to be taken */
  join(onChange: () => void): Listening {
    const member: Member = { onChange, changed: new Map() };
    this.#members.add(member);
    return {
      listen: (prefixes) => this.#want(member, prefixes),
      hears: (prefix) => this.#wides.get(widened(prefix))?.isLive ?? false,
      take: (prefix) => this.#take(member, prefix),
      close: () => {
        this.#want(member, []);
        this.#members.delete(member);
        this.#concerned.delete(member);
        return Promise.resolve();
      },
    };
  }

  /** Ends it. */
  close(): Promise<void> {
    this.#cancelTelling?.();
    return this.#listening.close();
  }

  #want(member: Member, prefixes: readonly string[]): void {
    for (const prefix of member.changed.keys()) {
      if (!prefixes.includes(prefix)) this.#leave(member, prefix);
    }
    const before = this.#wides.size;
    for (const prefix of prefixes) {
      if (member.changed.has(prefix)) continue;
      member.changed.set(prefix, undefined);
      const wanted = this.#wanted.get(prefix) ?? this.#begin(prefix);
      wanted.members.add(member);
    }
    if (this.#wides.size > before) this.#listen();
  }

  #begin(prefix: string): Wanted {
    const wide = this.#wides.get(widened(prefix)) ??
      { entries: new Map(), wanted: 0, isLive: false };
    this.#wides.set(widened(prefix), wide);
    wide.wanted++;
    const wanted: Wanted = { wide, members: new Set() };
    this.#wanted.set(prefix, wanted);
    return wanted;
  }

  #leave(member: Member, prefix: string): void {
    member.changed.delete(prefix);
    const wanted = this.#wanted.get(prefix);
    if (wanted === undefined) return;
    wanted.members.delete(member);
    if (wanted.members.size > 0) return;
    this.#wanted.delete(prefix);
    if (--wanted.wide.wanted > 0) return;
    this.#wides.delete(widened(prefix));
    this.#listen();
  }

  #listen(): void {
    this.#listening.listen([...this.#wides.keys()]);
    this.#drain();
  }

  /** Takes what was heard, and tells those whom it concerns. Also called when something was lost. */
  #drain(): void {
    for (const [prefix, wide] of this.#wides) {
      const wasLive = wide.isLive;
      wide.isLive = this.#listening.hears(prefix);
      // Who listed until now looks again soon; what comes until then is told.
      if (wasLive && !wide.isLive) this.#tellOf(wide);
      if (!wide.isLive) continue;
      // After a loss all comes again: what of it is known concerns nobody.
      for (const [key, value] of this.#listening.take(prefix)) {
        if (wide.entries.get(key) === value) continue;
        wide.entries.set(key, value);
        for (const below of prefixesOf(key)) this.#changed(below, key, value);
      }
    }
    if (this.#timers === undefined) this.#tell();
    else if (this.#concerned.size > 0) this.#cancelTelling ??= this.#tellLater(this.#timers);
  }

  /**
   * The more players there are, the longer what happens waits for more of it: so a host in which a thousand
   * stand in one place has as much to do with each thing that happens as one in which a few do.
   */
  #tellLater(timers: Pick<Timers, "after">): () => void {
    const { listenersPerMs, tellAfterMaxMs } = doorLimits;
    const delayMs = Math.min(this.#members.size / listenersPerMs, tellAfterMaxMs);
    return timers.after(delayMs, () => {
      this.#cancelTelling = undefined;
      this.#tell();
    });
  }

  #tell(): void {
    const concerned = [...this.#concerned];
    this.#concerned.clear();
    for (const { onChange } of concerned) onChange();
  }

  /** All who want something of it have to look, because it is not heard any more. */
  #tellOf(wide: Wide): void {
    for (const wanted of this.#wanted.values()) {
      if (wanted.wide !== wide) continue;
      for (const member of wanted.members) this.#concerned.add(member);
    }
  }

  /** Something has changed below a prefix, which somebody may want. */
  #changed(prefix: string, key: string, value: string): void {
    const wanted = this.#wanted.get(prefix);
    if (wanted === undefined) return;
    wanted.entries?.set(key, value);
    for (const member of wanted.members) {
      member.changed.get(prefix)?.add(key);
      this.#concerned.add(member);
    }
  }

  #take({ changed }: Member, prefix: string): ReadonlyMap<string, string> {
    const wanted = this.#wanted.get(prefix);
    if (wanted === undefined || !changed.has(prefix)) return new Map();
    const keys = changed.get(prefix);
    if (keys?.size === 0) return new Map();
    changed.set(prefix, new Set());
    const { entries } = wanted.wide;
    if (keys !== undefined) return new Map(Array.from(keys, (key) => [key, entries.get(key)!]));
    wanted.entries ??= new Map(entries.entries().filter(([key]) => key.startsWith(prefix)));
    return new Map(wanted.entries);
  }
}

/** Letters and scenes of a stretch of time are heard together; anything else is heard as it is asked for. */
function widened(prefix: string): string {
  return /^(?:letter|scene)\/\d+\//.exec(prefix)?.[0] ?? prefix;
}

/** The prefixes below which a key is, as far as its slashes make any. */
function* prefixesOf(key: string): Generator<string> {
  for (let at = key.indexOf("/"); at >= 0; at = key.indexOf("/", at + 1)) {
    yield key.slice(0, at + 1);
  }
}
