/**
 * What to tell of an error.
 *
 * @module
 */

import { ConnectionError, RpcError, TimeoutError } from "../../kvclient/mod.ts";
import { escapeControlInLines, isUnintelligible, TlsError } from "../../rpc/mod.ts";

/** What kind of port was asked. */
export type PortKind = "query" | "system";

/** What failed and where; and on a line of its own, where that is known, what to try. */
export function failureText(error: unknown, port: PortKind = "query"): string {
  const message = (error instanceof Error ? error.message : String(error))
    // What the program calls is not what a person asked for.
    .replace(/^Cannot call Describe at /, "Cannot join ")
    .replace(/^Cannot wait longer for /, port === "system" ? "Cannot join " : "$&")
    // Its words say it already.
    .replace(/ \(os error \d+\)/g, "")
    .replace(/^(Cannot (?:read|write) (.+): .+): (?:readfile|writefile|stat) '\2'$/, "$1")
    // Nobody who runs the program can follow Deno's advice.
    .replace(/Requires all access to (.+), run again with the --allow-all flag/, closed);
  const where = error instanceof RpcError && error.address ? ` (at ${error.address})` : "";
  const advice = adviceFor(error, port);
  return escapeControlInLines(message) + where + (advice === undefined ? "" : `\n${advice}`);
}

const closed = "nothing that runs on Deno may use $1";

/** What to try. */
function adviceFor(error: unknown, port: PortKind): string | undefined {
  if (error instanceof RpcError) {
    const [, lasting] = lastingAdvice.find(([pattern]) => pattern.test(error.message)) ?? [];
    return lasting ?? adviceByCode[error.code];
  }
  if (error instanceof Error && error.message.startsWith("Cannot listen on ")) {
    return listenAdvice.find(([pattern]) => pattern.test(error.message))?.[1];
  }
  if (error instanceof TimeoutError && port === "system") {
    return "What listens there does not answer as a cmud server does: is the port right? By default\n" +
      "6000 is the system port. If it is right, its server is too busy or too far away: try again";
  }
  if (error instanceof TimeoutError) {
    return "Is that a query port? If so, its server is too busy or too far away: try again, or\n" +
      "name others with --server HOST:PORT,HOST:PORT to ask the nearest";
  }
  if (!(error instanceof ConnectionError)) return undefined;
  const { cause } = error;
  // It says itself what to try: the server is there.
  if (cause instanceof TlsError) return undefined;
  if (cause instanceof Deno.errors.ConnectionRefused) {
    return port === "system"
      ? "Is a server running there? The first one of a cluster starts without --join: cmud server"
      : "Is a server running there? One is started with: cmud server";
  }
  if (isUnintelligible(error)) {
    return "What answers there does not speak as a cmud server does: is the port right?\n" +
      "By default 6001 is the first query port";
  }
  if (cause instanceof Error && unknownHost.test(cause.message)) return hostAdvice;
  if (port === "system") {
    return "Is that a system port? By default that is 6000. If so, its server may be stopping, or have\n" +
      "too many connections, or be out of reach: try again";
  }
  return "Its server may be stopping, or have too many connections, or be out of reach: try again,\n" +
    "or start one here with: cmud server";
}

const refusingAdvice =
  "Until its disk takes writes again, nothing is put there. cmud status says how " +
  "it is, and\nthe server's log when that began";

/**
 * By what a server says of what does not pass by waiting: what fills its memory stays, or its disk,
 * and what is too large is so the next time.
 */
const lastingAdvice: readonly (readonly [RegExp, string])[] = [
  // Of a key, or of a prefix, that is no help.
  [/the (?:value|request) has \d+/, "What is larger goes in parts under several keys"],
  [
    /memory is full/,
    "Room is made with: cmud kv delete KEY, or by starting the server with a greater --max-memory",
  ],
  // It says itself what to do.
  [/put it back; else save/, refusingAdvice],
  [
    /disk refuses/,
    `${refusingAdvice}\n` +
    "Is it full? Make room. Is its directory gone? Put it back; else save what the server holds\n" +
    "with cmud kv export > FILE before it is stopped",
  ],
];

const unknownHost = /lookup|not known|resolve/i;
const hostAdvice = "Is the name of the host right?";

/** By what a system says of a port that cannot be bound. */
const listenAdvice: readonly (readonly [RegExp, string])[] = [
  [/for HTTP: .*in use/i, "Any free port is taken with: --http 127.0.0.1:0"],
  [
    /in use/i,
    "Is a server running here already? Another one, on free ports: cmud server --port 0",
  ],
  [
    /denied/i,
    "Ports below 1024 are kept for the superuser; others are free, as with: cmud server --port 6000",
  ],
  [
    /assign/i,
    "Is that an address of this machine? To be reached under another one, as behind a router:\n" +
    "cmud server --host 0.0.0.0 --advertise HOST:PORT, with --auth-file FILE and TLS, or --insecure",
  ],
  [unknownHost, hostAdvice],
  [/KeyMismatch/, "The file of --tls-key has not the key of the certificate in that of --tls-cert"],
];

const adviceByCode: Readonly<Record<string, string | undefined>> = {
  unknown_method: "Is that a system port? Query ports come behind it: by default 6001 is the first",
  overloaded: "The server has too much to do: try again in a moment",
  unauthorized:
    "A token is shown with --token-file FILE; who runs the server makes one: cmud token new",
  unavailable: "The server cannot do that now: try again in a moment",
};
