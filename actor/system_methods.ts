import { type Admission, authenticate, type Need } from "../access/mod.ts";
import {
  beginResponse,
  deferred,
  type Incoming,
  type MsgpackReader,
  MsgpackWriter,
  RpcError,
  writeErrorResponse,
  writeValue,
} from "../rpc/mod.ts";
import { readOptions } from "./hello.ts";
import type { HelloCheck } from "./hello_check.ts";
import type { TellHost } from "./tell_network.ts";

/** What each method asks of its caller; `Hello` brings its token itself. */
export const systemMethodNeeds: Readonly<Record<string, Need>> = {
  Describe: "token",
  Ping: "nothing",
  Stats: "read",
  Members: "read",
  Hello: "nothing",
  Auth: "nothing",
};

/** The methods of a system's port that change nothing of who its caller is: all but `Hello`. */
export class SystemMethods {
  #system: TellHost;
  #check: HelloCheck;
  #admission: Admission | undefined;
  #sendDeferred: (response: Uint8Array) => void;

  /** @param sendDeferred sends a response that was deferred, if the connection is still there */
  constructor(
    system: TellHost,
    check: HelloCheck,
    admission: Admission | undefined,
    sendDeferred: (response: Uint8Array) => void,
  ) {
    this.#system = system;
    this.#check = check;
    this.#admission = admission;
    this.#sendDeferred = sendDeferred;
  }

  /** Executes a request that its caller may make, as a `RequestHandler` does. */
  call(
    name: string,
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
  ): void | typeof deferred {
    switch (name) {
      case "Describe":
        return this.#describe(request, reader, writer);
      case "Ping":
        return void writer.str("pong");
      case "Stats":
        return writeValue(writer, this.#system.stats(this.#isLimited));
      case "Members":
        return this.#members(request.msgid!);
      case "Auth":
        return writeValue(writer, authenticate(this.#admission, tokenOf(request, reader)));
      default:
        throw new RpcError(
          "unknown_method",
          `Cannot call ${JSON.stringify(name)}: allowed are ` +
            Object.keys(systemMethodNeeds).join(", "),
        );
    }
  }

  /** Whether the caller is told nothing that others' keys change. */
  get #isLimited(): boolean {
    return this.#admission?.rights?.world !== undefined;
  }

  #members(msgid: number): typeof deferred {
    if (this.#system.describe() === "") {
      throw new RpcError("unavailable", "Cannot tell the members: the server is still starting");
    }
    const reply = (write: (writer: MsgpackWriter) => void) => {
      const writer = new MsgpackWriter();
      write(writer);
      this.#sendDeferred(writer.written());
    };
    this.#system.members(this.#isLimited).then(
      (members) =>
        reply((writer) => {
          const frame = beginResponse(writer, msgid);
          writeValue(writer, members);
          writer.endFrame(frame);
        }),
      (error) =>
        reply((writer) =>
          writeErrorResponse(
            writer,
            msgid,
            "unavailable",
            `Cannot tell the members: ${error.message}`,
          )
        ),
    );
    return deferred;
  }

  /** A server that is still starting has no description yet: who joins it is to ask again. */
  #describe({ paramCount }: Incoming, reader: MsgpackReader, writer: MsgpackWriter): void {
    const { cluster } = paramCount > 0 ? readOptions(reader) : {};
    if (cluster !== undefined) this.#check.expectCluster(cluster, "another server");
    const description = this.#system.describe();
    if (description === "") {
      throw new RpcError("unavailable", "Cannot describe the server: it is still starting");
    }
    writer.str(description);
  }
}

/** The token of an `Auth`. @throws {RpcError} `bad_request` when there is none. */
function tokenOf({ paramCount }: Incoming, reader: MsgpackReader): string {
  const token = paramCount === 1 ? reader.str() : undefined;
  if (token !== undefined) return token;
  throw new RpcError("bad_request", "Cannot Auth: allowed is [token], a str");
}
