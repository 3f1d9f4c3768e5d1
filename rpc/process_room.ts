import { ConnectionRoom, type RoomFigures } from "./connection_room.ts";
import { LocalFigure, type SharedFigure } from "./memory_account.ts";

/** What the threads of a server see of the connections of the process. */
export interface ProcessFigures extends RoomFigures {
  /** How often the system has let the process open nothing more. */
  readonly shortages: SharedFigure;
}

/** So many of those that are not established make way at once: one of eight. */
const partThatMakesWay = 8;

/**
 * The connections to all ports of a process, as one thread has them. They have no bound but the system's:
 * when that lets the process open nothing more, some of those that are not established make way, whichever
 * port and thread they are at, because disks and other servers need room too.
 */
export class ProcessRoom extends ConnectionRoom {
  #shortages: SharedFigure = new LocalFigure();
  /** How many shortages this thread has made room for. */
  #relieved = 0;

  /** Makes an empty one, of this thread alone until it is shared. */
  constructor() {
    super(Infinity);
  }

  /** Has other threads see what is in it, and this one what they have in theirs. Once. */
  override share(figures: ProcessFigures): void {
    super.share(figures);
    this.#shortages = figures.shortages;
    this.#relieved = this.#shortages.total();
  }

  /** Makes room, because the system lets the process open nothing more. @returns whether any makes way. */
  makeRoomInSystem(): boolean {
    const someMakeWay = this.newcomersOfAll > 0;
    this.#shortages.add(1);
    this.relieve();
    return someMakeWay;
  }

  /**
   * Has a part make way if the system has let the process open nothing more since the last time.
   *
   * @returns the host of the last one; `undefined` when none did.
   */
  override relieve(): string | undefined {
    const shortages = this.#shortages.total();
    if (shortages === this.#relieved) return undefined;
    this.#relieved = shortages;
    let ended: string | undefined;
    for (let count = Math.ceil(this.newcomers / partThatMakesWay); count > 0; count--) {
      ended = this.makeRoom() ?? ended;
    }
    return ended;
  }
}
