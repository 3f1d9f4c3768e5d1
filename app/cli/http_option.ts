import { isLoopback, parseAddress } from "../../rpc/mod.ts";
import type { OptionSpec } from "./command_spec.ts";
import { parseAddressOption } from "./query_client.ts";
import { UsageError } from "./usage_error.ts";

/** Where a server shows over HTTP how it does. */
export const httpOption: OptionSpec = {
  name: "--http",
  value: "HOST:PORT",
  summary: "serve health, readiness, figures and metrics over HTTP there, on loopback; port 0 " +
    "takes any (default: nowhere)",
  parse(text) {
    const address = parseAddressOption(text, "127.0.0.1:6080", 0);
    // Whoever reaches the port reads all of it: nothing asks who that is.
    if (isLoopback(parseAddress(address).hostname)) return address;
    throw new UsageError(
      `Cannot serve HTTP on ${address}: others could read it, because there is no access control ` +
        "yet. Allowed are addresses of loopback, as in 127.0.0.1:6080",
    );
  },
};
