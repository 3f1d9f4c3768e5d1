import { type Environment, hostOf, RpcServer, type Transport } from "../rpc/mod.ts";
import type { Credentials } from "./credentials.ts";
import { Links } from "./links.ts";
import { Refusals } from "./refusals.ts";
import type { TellHost, TellNetwork, TellPort } from "./tell_network.ts";

/** The real network between systems: a port each, and a connection for each direction. */
export class RpcTellNetwork implements TellNetwork {
  #transport: Transport;
  #dialing: Transport;
  #environment: Environment;
  #credentials: Credentials;
  #refusals: Refusals;
  #ports = new Set<Links>();

  /**
   * Makes a network over two transports, which may be the same one.
   *
   * @param transport for the port
   * @param dialing for the links; another one delays them
   * @param credentials default: no tokens are asked for, and none is shown
   * @param refusals has the systems that do not accept this one, which others may find too
   */
  constructor(
    transport: Transport,
    dialing: Transport,
    environment: Environment,
    credentials: Credentials = {},
    refusals: Refusals = new Refusals(environment),
  ) {
    this.#refusals = refusals;
    this.#credentials = credentials;
    this.#transport = transport;
    this.#dialing = dialing;
    this.#environment = environment;
  }

  /**
   * Binds the port of the system `host`; port 0 stands for any free one.
   *
   * @throws {Error} when the port cannot be bound.
   */
  open(hostname: string, port: number, host: TellHost): TellPort {
    const links = new Links(
      host,
      this.#dialing,
      this.#environment,
      this.#credentials,
      this.#refusals,
    );
    this.#ports.add(links);
    const server = new RpcServer({
      transport: this.#transport,
      environment: this.#environment,
      hostname,
      port,
      serve: (sendDeferred, peer, end) => links.serve({ peer: hostOf(peer), sendDeferred, end }),
      onFault: (peer, error) => host.faulted(peer, error),
      onCrowded: (crowd) => host.crowded(crowd),
      onCut: (cut) => host.cut(cut),
    });
    return {
      address: server.address,
      link: (address, incarnation) => links.link(address, incarnation),
      meet: (id, by, listener) => links.meetNamed(id, by, listener),
      unlink: (id) => links.unlink(id),
      traffic: () => links.traffic(),
      close: async () => {
        this.#ports.delete(links);
        await Promise.all([server.close(), links.close()]);
      },
    };
  }

  /** Ends the connections whose tokens are known no more, both ways. */
  revoke(): void {
    for (const links of this.#ports) links.revoke();
  }
}
