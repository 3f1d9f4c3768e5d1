import type { Admission } from "../access/mod.ts";
import { RpcError } from "../rpc/mod.ts";
import { type Hello, refusalOfAlias, refusalOfCluster, refusalOfIncarnation } from "./hello.ts";
import type { TellHost } from "./tell_network.ts";

/** Refuses the callers of a connection to a system's port that the system does not greet. */
export class HelloCheck {
  #system: TellHost;
  #peer: string;
  #admission: Admission | undefined;

  /**
   * @param peer the host at the other end
   * @param admission of the connection; `undefined`: no tokens are asked for
   */
  constructor(system: TellHost, peer: string, admission: Admission | undefined) {
    this.#system = system;
    this.#peer = peer;
    this.#admission = admission;
  }

  /** @throws {RpcError} when the caller is no server of this cluster, or means another system than this one. */
  expect(hello: Hello): void {
    this.#expectPeer(hello);
    this.#expectThis(hello);
  }

  /**
   * Refuses a caller of another cluster.
   *
   * @param address of the caller
   * @throws {RpcError} `bad_request`.
   */
  expectCluster(cluster: string, address: string): void {
    const system = this.#system;
    if (cluster === system.cluster) return;
    const reason = `${address} belongs to the cluster "${cluster}", and this server to ` +
      `"${system.cluster}"`;
    system.refusedMessage(this.#peer, address, reason);
    throw refusalOfCluster(system.cluster, cluster);
  }

  /** Refuses a caller that is no server of this cluster, as far as its token says. */
  #expectPeer({ address, token }: Hello): void {
    const admission = this.#admission;
    if (admission === undefined) return;
    if (token !== undefined && !admission.show(token)) {
      this.#refusePeer(
        address,
        admission.waitMs > 0 ? "a token after too many wrong ones" : "a wrong token",
      );
    }
    const { rights } = admission;
    if (rights === undefined) return this.#refusePeer(address, "no token (--token-file)");
    if (!rights.allow("peer")) this.#refusePeer(address, `a token of the role ${rights.role}`);
  }

  #refusePeer(address: string, shown: string): never {
    this.#system.refusedMessage(this.#peer, address, `it shows ${shown}`);
    throw new RpcError(
      "unauthorized",
      `Cannot greet: ${address} shows ${shown}, allowed is one of the role peer that is known here`,
    );
  }

  /** Refuses a caller that means another system, or this one by another address. */
  #expectThis({ address, incarnation, expected, cluster, called }: Hello): void {
    const system = this.#system;
    this.expectCluster(cluster, address);
    if (expected !== null && expected !== system.incarnation) {
      system.mistaken(this.#peer, address);
      throw refusalOfIncarnation(system.incarnation, expected, address);
    }
    if (incarnation === system.incarnation) {
      throw new RpcError("bad_request", "Cannot greet: this is the server itself");
    }
    const own = system.address();
    if (called !== undefined && called !== own) throw refusalOfAlias(own, called);
  }
}
