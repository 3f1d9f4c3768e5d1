import type { RpcServerOptions } from "../rpc/mod.ts";
import { logCrowd } from "./crowd.ts";
import { logCut } from "./cut.ts";
import { type Logger, reasonOf } from "./logger.ts";
import { logTls } from "./tls.ts";

/**
 * What a port is to call for its connections to be logged that end in disorder, or have no room.
 *
 * @param where which port it is, for the log: `the HTTP port`
 */
export function portLog(
  log: Logger,
  where: string,
): Required<Pick<RpcServerOptions, "onFault" | "onCrowded" | "onCut">> {
  return {
    onFault(peer, error) {
      if (logTls(log, where, peer, error)) return;
      const reason = reasonOf(error);
      log.debug("The connection of {peer} to {where} ended: {reason}", { peer, where, reason });
    },
    onCrowded: (crowd) => logCrowd(log, where, crowd),
    onCut: (cut) => logCut(log, where, cut),
  };
}
