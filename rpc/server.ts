import { hostOf } from "./address.ts";
import { ConnectionRoom, type Occupant } from "./connection_room.ts";
import { LocalFigure } from "./memory_account.ts";
import {
  type Cut,
  type EndConnection,
  type FrameExecutor,
  type SendDeferred,
  ServedConnection,
  type ServingEnvironment,
} from "./served_connection.ts";
import type { ByteListener, ByteStream, Transport } from "./transport.ts";

/** Options of an `RpcServer`. */
export interface RpcServerOptions {
  transport: Transport;
  environment: ServingEnvironment;
  hostname: string;
  /** 0: any free port. */
  port: number;
  /**
   * Makes what executes the frames of a new connection.
   *
   * @param sendDeferred sends deferred replies
   * @param peer the address of its other end
   * @param end for a connection that is to be heard no more
   */
  serve(sendDeferred: SendDeferred, peer: string, end: EndConnection): FrameExecutor;
  /** Called when a connection ends otherwise than by the peer's orderly close. */
  onFault?(peer: string, error: unknown): void;
  /** A connection on which nothing comes for so long is ended, unless its other end is a server. Default: none is. */
  idleTimeoutMs?: number;
  /** The room that its connections share with those of other ports, beside `connectionsMax` of its own. */
  room?: ConnectionRoom;
  /** Called for a connection for which there was no room. */
  onCrowded?(crowd: Crowd): void;
  /** Called for a connection that is ended because memory is full. */
  onCut?(cut: Cut): void;
}

/** What became of a connection for which there was no room. */
export interface Crowd {
  /** How many connections are open. */
  open: number;
  /** The host at its other end; `undefined`: the system lets none more be accepted, wherever it is from. */
  host: string | undefined;
  /** The host of the connection that made way for it; `undefined` when none did, and it was refused. */
  ended: string | undefined;
}

/** One of so many makes way at once when the system has no more room. */
const partThatMakesWay = 8;

/** Listens on a port and serves its connections independently of one another. */
export class RpcServer {
  #options: RpcServerOptions;
  #listener: ByteListener;
  #connections = new Map<ServedConnection, Occupant>();
  /** That of this port alone, and the one that it shares. */
  #rooms: readonly ConnectionRoom[];
  /** Accepting, and serving each connection. */
  #loops = new Set<Promise<void>>();
  #closed = false;
  /** Cancels the next look at the connections; absent while there are none. */
  #cancelCheck: (() => void) | undefined;

  /** @throws {Error} when the port cannot be bound. */
  constructor(options: RpcServerOptions) {
    this.#options = options;
    const { listenBacklog, connectionsMax } = options.environment.limits;
    this.#rooms = [new ConnectionRoom(connectionsMax, new LocalFigure()), options.room ?? []]
      .flat();
    this.#listener = options.transport.listen(options.hostname, options.port, listenBacklog);
    this.#track(this.#accept());
  }

  /** Where it listens, as `host:port`. */
  get address(): string {
    return this.#listener.address;
  }

  /** Number of open connections. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Ends the listener and every connection; resolves when the port is free and all loops ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#listener.close();
    this.#cancelCheck?.();
    for (const connection of this.#connections.keys()) connection.close();
    while (this.#loops.size > 0) await Promise.all(this.#loops);
  }

  #track(loop: Promise<void>): void {
    this.#loops.add(loop);
    loop.finally(() => this.#loops.delete(loop));
  }

  async #accept(): Promise<void> {
    for (;;) {
      const stream = await this.#listener.accept().catch(() => this.#makeRoomInSystem());
      if (stream === undefined) continue;
      if (stream === null) return;
      if (this.#closed || !this.#makeRoom(hostOf(stream.peer))) {
        this.#fault(stream, new Error("Cannot serve one more connection: there are too many"));
        stream.close();
      } else this.#track(this.#serve(stream));
    }
  }

  /** @returns whether there is room for a connection of `host`, because another one made way perhaps. */
  #makeRoom(host: string): boolean {
    return this.#rooms.every((room) => {
      if (room.hasRoom) return true;
      const open = room.size;
      const ended = room.makeRoom(host);
      this.#options.onCrowded?.({ open, host, ended });
      return ended !== undefined;
    });
  }

  /**
   * Has some make way when the system lets this process open nothing more: a part of those that are not
   * established, because disks and other servers need room there too.
   */
  #makeRoomInSystem(): undefined {
    const [room] = this.#rooms;
    const open = room.size;
    let ended: string | undefined;
    for (let count = Math.ceil(room.newcomers / partThatMakesWay); count > 0; count--) {
      ended = room.makeRoom("") ?? ended;
    }
    if (!this.#closed) this.#options.onCrowded?.({ open, host: undefined, ended });
  }

  /** Looks at the connections again and again, while there are any. */
  #checkLater(): void {
    const { environment, idleTimeoutMs } = this.#options;
    const { connectionCheckMs } = environment.limits;
    this.#cancelCheck = environment.after(connectionCheckMs, () => {
      this.#cancelCheck = undefined;
      for (const connection of this.#connections.keys()) {
        connection.check(connectionCheckMs, idleTimeoutMs);
      }
      for (const room of this.#rooms) room.review();
      environment.memory.relieve();
      if (this.#connections.size > 0 && !this.#closed) this.#checkLater();
    });
  }

  async #serve(stream: ByteStream): Promise<void> {
    const connection = new ServedConnection(
      stream,
      this.#options.environment,
      (sendDeferred, end) => this.#options.serve(sendDeferred, stream.peer, end),
      (cut) => this.#options.onCut?.(cut),
    );
    this.#add(connection);
    if (this.#cancelCheck === undefined) this.#checkLater();
    await connection.serve((error) => this.#fault(stream, error));
    this.#remove(connection);
  }

  #add(connection: ServedConnection): void {
    const occupant: Occupant = {
      host: connection.host,
      get standing() {
        return connection.standing;
      },
      makeWay: () => {
        connection.makeWay();
        this.#remove(connection);
      },
    };
    this.#connections.set(connection, occupant);
    for (const room of this.#rooms) room.add(occupant);
  }

  /** May be called again. */
  #remove(connection: ServedConnection): void {
    const occupant = this.#connections.get(connection);
    if (occupant === undefined) return;
    this.#connections.delete(connection);
    for (const room of this.#rooms) room.remove(occupant);
    if (this.#connections.size > 0) return;
    this.#cancelCheck?.();
    this.#cancelCheck = undefined;
  }

  /** What fails because this end is closed is nobody's fault. */
  #fault(stream: ByteStream, error: unknown): void {
    if (!this.#closed) this.#options.onFault?.(stream.peer, error);
  }
}
