import { hostOf } from "./address.ts";
import { ConnectionRoom, type Occupant, type Standing } from "./connection_room.ts";
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
  /** How many connections it has at the most. Default: `connectionsMax` of the environment. */
  connectionsMax?: number;
  /** The room that its connections share with those of other ports, beside its own. */
  room?: ConnectionRoom;
  /** Called when there was no room for a connection. */
  onCrowded?(crowd: Crowd): void;
  /** Called for a connection that is ended because memory is full. */
  onCut?(cut: Cut): void;
}

/** A connection that is served. */
export interface Served {
  /** What its other end has shown by now of what it is here for. */
  readonly standing: Standing;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
}

/** Why connections made way, or were not accepted, and how many are open. */
export type Crowd =
  /** There was no room for one of `host`, and none that made way for it. */
  | { name: "refused"; open: number; host: string }
  /** One of `ended` made way: for one of `host`, or for one at another thread. */
  | { name: "replaced"; open: number; ended: string; host?: string }
  /** The system lets this process open nothing more, of which `open` are connections, to all ports. */
  | { name: "shortage"; open: number; someMakeWay: boolean };

/** Listens on a port and serves its connections independently of one another. */
export class RpcServer {
  #options: RpcServerOptions;
  #listener: ByteListener;
  #connections = new Map<ServedConnection, Occupant>();
  /** That of this port alone, the one that it shares, and the one of all ports. */
  #rooms: readonly ConnectionRoom[];
  /** Accepting, and serving each connection. */
  #loops = new Set<Promise<void>>();
  #closed = false;
  /** Cancels the next look at the connections; absent while there are none. */
  #cancelCheck: (() => void) | undefined;

  /** @throws {Error} when the port cannot be bound. */
  constructor(options: RpcServerOptions) {
    this.#options = options;
    const { limits: { listenBacklog, connectionsMax }, connections } = options.environment;
    const own = new ConnectionRoom(options.connectionsMax ?? connectionsMax);
    this.#rooms = [own, options.room ?? [], connections].flat();
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
      this.serve(stream);
    }
  }

  /**
   * Serves a connection as if it had been accepted here, if there is room for it.
   *
   * @param stream is closed when it has ended
   */
  serve(stream: ByteStream): Served {
    if (this.#closed || !this.#makeRoom(hostOf(stream.peer))) {
      this.#fault(stream, new Error("Cannot serve one more connection: there are too many"));
      stream.close();
      return { standing: "silent", ended: Promise.resolve() };
    }
    const connection = new ServedConnection(
      stream,
      this.#options.environment,
      (sendDeferred, end) => this.#options.serve(sendDeferred, stream.peer, end),
      (cut) => this.#options.onCut?.(cut),
    );
    const ended = this.#serve(connection, stream);
    this.#track(ended);
    return {
      get standing() {
        return connection.standing;
      },
      ended,
    };
  }

  /** @returns whether there is room for a connection of `host`, because another one made way perhaps. */
  #makeRoom(host: string): boolean {
    return this.#rooms.every((room) => {
      if (room.hasRoom) return true;
      const open = room.size;
      const ended = room.makeRoom(host);
      this.#options.onCrowded?.(
        ended === undefined
          ? { name: "refused", open, host }
          : { name: "replaced", open, ended, host },
      );
      return ended !== undefined;
    });
  }

  #makeRoomInSystem(): undefined {
    const { connections } = this.#options.environment;
    const { size: open } = connections;
    const someMakeWay = connections.makeRoomInSystem();
    if (!this.#closed) this.#options.onCrowded?.({ name: "shortage", open, someMakeWay });
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
      for (const room of this.#rooms) this.#reviewRoom(room);
      environment.memory.relieve();
      if (this.#connections.size > 0 && !this.#closed) this.#checkLater();
    });
  }

  #reviewRoom(room: ConnectionRoom): void {
    room.review();
    const { size: open } = room;
    const ended = room.relieve();
    const { connections } = this.#options.environment;
    // A shortage is told where it was met.
    if (ended === undefined || room === connections) return;
    this.#options.onCrowded?.({ name: "replaced", open, ended });
  }

  async #serve(connection: ServedConnection, stream: ByteStream): Promise<void> {
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
