import type { LoadProtocol } from "./load_protocol.ts";
import type { ProcessCounters } from "./process_counters.ts";

/** A server that can be put under load. */
export interface LoadTarget {
  /** Where it takes requests; connections are spread over them. */
  addresses: readonly string[];
  protocol: LoadProtocol;
  /** Certificates of CAs, in PEM: connections are made in TLS, and verified by these. Default: plain TCP. */
  caCerts?: readonly string[];
  /** What its process has used so far, if anyone can tell. */
  counters(): Promise<ProcessCounters | undefined>;
}
