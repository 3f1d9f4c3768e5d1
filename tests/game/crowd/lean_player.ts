import { EventPublisher } from "../../../app/game/state/event_publisher.ts";
import { keys, prefixes } from "../../../app/game/state/keys.ts";
import { readPresent } from "../../../app/game/state/presence.ts";
import { bucketsAround } from "../../../app/game/state/buckets.ts";
import { Session, type SessionEnvironment } from "../../../app/game/state/session.ts";
import { chatBucketMs, eventBucketMs } from "../../../app/game/world/bounds.ts";
import type { Rank } from "../../../app/game/world/world.ts";
import { LeanListener } from "./lean_listener.ts";
import { LeanStore } from "./lean_store.ts";
import { saying, type Talker } from "./talk.ts";

const rank: Rank = "Undergraduate";

/**
 * Asks a server for all that a player asks for, and hears all that a player is told, without making anything
 * of it: so a process has room for far more of them than for games. A test compares it with a player.
 */
export class LeanPlayer implements Talker {
  readonly #name: string;
  readonly #place: string;
  readonly #store: LeanStore;
  readonly #session: Session;
  readonly #publisher: EventPublisher;
  readonly #listener: LeanListener;
  #isSaying = false;
  #hasSaid = false;

  constructor(name: string, place: string, address: string, environment: SessionEnvironment) {
    this.#name = name;
    this.#place = place;
    this.#store = new LeanStore(address);
    this.#session = new Session(name, this.#store, environment);
    this.#publisher = new EventPublisher(this.#session, this.#store);
    this.#listener = new LeanListener(address);
  }

  /** Comes in, and shows to others. */
  async come(): Promise<void> {
    await this.#store.put(keys.place(this.#name), this.#place);
    await this.#store.put(keys.player(this.#name), "true");
    this.#publisher.publish(this.#place, { did: "wake" });
    await this.look();
  }

  /** Does what a player does unasked: to be called as often as a game that hears all polls. */
  async look(): Promise<void> {
    if (this.#publisher.isSignDue) this.#publisher.appear({ place: this.#place, rank });
    const added = this.#listener.listen(this.#prefixes());
    await Promise.all(added.map((prefix) => this.#store.list(prefix)));
  }

  /** Asks whether the server is there, when nothing has come for a while. */
  ping(): void {
    this.#listener.ping();
  }

  async say(): Promise<boolean> {
    if (this.#isSaying) return false;
    this.#isSaying = true;
    try {
      await this.#session.get(keys.place(this.#name));
      const said = { did: "say", words: saying() } as const;
      const hasSaid = await this.#publisher.broadcast(this.#place, said);
      if (!this.#hasSaid) await readPresent(this.#session, this.#session.now());
      this.#hasSaid = true;
      return hasSaid;
    } finally {
      this.#isSaying = false;
    }
  }

  async close(): Promise<void> {
    await this.#publisher.settle();
    await this.#listener.close();
    await this.#store.close();
  }

  #prefixes(): string[] {
    const nowMs = this.#session.now();
    const buckets = bucketsAround(nowMs, eventBucketMs);
    return [
      ...buckets.map((bucket) => prefixes.scenes(bucket, this.#place)),
      ...buckets.map((bucket) => prefixes.letters(bucket, this.#name)),
      ...bucketsAround(nowMs, chatBucketMs).map(prefixes.chat),
    ];
  }
}
