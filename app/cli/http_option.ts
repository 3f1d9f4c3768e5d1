import type { OptionSpec } from "./command_spec.ts";
import { parseAddressOption } from "./query_client.ts";

/** Where a server shows over HTTP how it does. */
export const httpOption: OptionSpec = {
  name: "--http",
  value: "HOST:PORT",
  summary: "serve health, readiness, figures and metrics over HTTP there; port 0 takes " +
    "any (default: nowhere)",
  parse(text) {
    return parseAddressOption(text, "127.0.0.1:6080", 0);
  },
};
