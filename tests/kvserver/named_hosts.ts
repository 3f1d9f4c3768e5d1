import { tcpTransport, type Transport } from "../../rpc/mod.ts";

/** TCP, on which hosts have further names, as in a hosts file. */
export class NamedHosts implements Transport {
  /** By another name: the address that it leads to. */
  readonly names = new Map<string, string>();
  /** Every address that was dialed, in order. */
  readonly dialed: string[] = [];

  listen(hostname: string, port: number, backlog?: number) {
    return tcpTransport.listen(hostname, port, backlog);
  }

  connect(address: string, signal?: AbortSignal) {
    this.dialed.push(address);
    return tcpTransport.connect(this.names.get(address) ?? address, signal);
  }
}
