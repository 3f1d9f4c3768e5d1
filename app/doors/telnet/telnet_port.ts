import { doorLimits } from "../../../limits.ts";
import { type Logger, portLog, reasonOf } from "../../../log/mod.ts";
import { type Environment, parseAddress, RpcServer, type Transport } from "../../../rpc/mod.ts";
import { Unsent } from "../lines/unsent.ts";
import type { Doorkeeper } from "../lines/doorkeeper.ts";
import { TelnetConnection } from "./telnet_connection.ts";

/** What a port for telnet is made of. */
export interface TelnetPortOptions {
  /** Where it listens, as `host:port`. */
  readonly address: string;
  readonly keeper: Doorkeeper;
  readonly environment: Environment;
  /** TCP, or TLS. */
  readonly transport: Transport;
  readonly log: Logger;
}

/** A port for clients that speak telnet. */
export class TelnetPort {
  readonly #server: RpcServer;

  /** @throws {Error} when it cannot be bound. */
  constructor({ address, keeper, environment, transport, log }: TelnetPortOptions) {
    try {
      this.#server = new RpcServer({
        ...parseAddress(address),
        transport,
        environment,
        connectionsMax: doorLimits.connectionsMax,
        serve: (send, peer, end) => {
          const unsent = new Unsent<Uint8Array>((it) => send(it, 0), end, (it) => it.length);
          const connection = new TelnetConnection({ peer, keeper, environment, unsent });
          return {
            get standing() {
              return connection.standing;
            },
            get heldBytes() {
              return connection.heldBytes;
            },
            cutterFor: () => connection.cutterFor(),
            execute: (bytes) => connection.execute(bytes),
            written: () => connection.written(),
            close: () => connection.closed(),
          };
        },
        ...portLog(log, "the telnet port"),
      });
    } catch (cause) {
      throw new Error(`Cannot listen on ${address} for telnet: ${reasonOf(cause)}`, { cause });
    }
  }

  /** Where it listens, as `host:port`. */
  get address(): string {
    return this.#server.address;
  }

  /** Ends all connections. Resolves when the port is free. */
  close(): Promise<void> {
    return this.#server.close();
  }
}
