import { HttpPort, type HttpPortOptions } from "../../http/mod.ts";
import { silentLogger } from "../../log/mod.ts";
import { realEnvironment, tcpTransport } from "../../rpc/mod.ts";

/** Opens a port over HTTP on a socket of this machine, as a server of version 1.2.3. */
export function openHttpPort(options: Partial<HttpPortOptions> = {}): Promise<HttpPort> {
  return HttpPort.open({
    address: "127.0.0.1:0",
    version: "1.2.3",
    environment: realEnvironment,
    transport: tcpTransport,
    log: silentLogger,
    ...options,
  });
}
