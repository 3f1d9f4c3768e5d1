import { FrameForm, Watch } from "../watch/mod.ts";
import type { Watches } from "./watches.ts";

/** The greatest id. */
const idMax = 0xffffffff;

/** The watches of a connection, by id. */
class Ids {
  readonly watches = new Map<number, Watch>();
  #last = 0;

  /** An id that none of its watches has. */
  next(): number {
    do this.#last = this.#last === idMax ? 1 : this.#last + 1; while (this.watches.has(this.#last));
    return this.#last;
  }
}

/** The watches of clients that speak frames: each has an id on its connection. */
export class FramedWatches {
  #watches: Watches;
  /** By the counters of the connections' inboxes. */
  #ids = new Map<number, Ids>();

  constructor(watches: Watches) {
    this.#watches = watches;
  }

  /**
   * Begins a watch.
   *
   * @param inbox counter of the connection's inbox
   * @param prefix bytes of its own
   * @returns its id.
   * @throws {RpcError} `overloaded` when there is no room for it.
   */
  begin(inbox: number, prefix: Uint8Array, isInitial: boolean): number {
    this.#watches.expectRoom(inbox, 1, prefix.length);
    let ids = this.#ids.get(inbox);
    if (ids === undefined) this.#ids.set(inbox, ids = new Ids());
    const id = ids.next();
    const { store, room } = this.#watches;
    const watch = new Watch(inbox, new FrameForm(id, store), prefix, isInitial, store, room);
    ids.watches.set(id, watch);
    this.#watches.add(watch);
    return id;
  }

  /** Ends a watch, if the connection has one of that id. */
  end(inbox: number, id: number): void {
    const watches = this.#ids.get(inbox)?.watches;
    const watch = watches?.get(id);
    if (watch === undefined) return;
    watches!.delete(id);
    this.#watches.remove(watch);
  }

  /** Ends all watches of a connection. */
  endAll(inbox: number): void {
    const watches = this.#ids.get(inbox)?.watches;
    for (const id of [...watches?.keys() ?? []]) this.end(inbox, id);
  }

  /** Forgets the ids of a connection that is closed. */
  forget(inbox: number): void {
    this.#ids.delete(inbox);
  }
}
