import type {
  ByteStream,
  Clock,
  FrameExecutor,
  Reply,
  RequestCutter,
  Standing,
} from "../rpc/mod.ts";
import { httpLimits } from "../limits.ts";
import { plain, responseOf } from "./answer.ts";
import { hasBody } from "./respond.ts";
import type { Upgrade } from "./rpc_door.ts";
import { HeadCutter, isWholeHead } from "./wire/head_cutter.ts";
import { type HeadParser, readHead, RequestError } from "./wire/request_head.ts";
import { responseBytes } from "./wire/response_bytes.ts";

/** Answers a request. */
export type Respond = (request: Request) => Promise<Response | Upgrade>;

/** What a connection over HTTP needs. */
export interface HttpConnectionOptions {
  readonly parser: HeadParser;
  readonly clock: Pick<Clock, "now">;
  /** Where the port listens, as `host:port`. */
  readonly host: string;
  readonly respond: Respond;
  /** Asked behind each response: whether the connection is to end. */
  isOver(): boolean;
}

/**
 * A connection that speaks HTTP/1.1: heads of requests come, responses go back, in order. A request with
 * a body is answered, and the last one, because its body is not read.
 */
export class HttpConnection implements FrameExecutor {
  #options: HttpConnectionOptions;
  #hasAsked = false;
  /** As what it goes on, if it does. */
  #upgrade: Upgrade | undefined;

  constructor(options: HttpConnectionOptions) {
    this.#options = options;
  }

  /** It makes way for others all the time, unless it has become something else: who has asked may ask again. */
  get standing(): Standing {
    if (this.#upgrade !== undefined) return this.#upgrade.standing ?? "established";
    return this.#hasAsked ? "claiming" : "silent";
  }

  cutterFor(): RequestCutter {
    return new HeadCutter();
  }

  async execute(head: Uint8Array): Promise<Reply> {
    const answer = await this.#answer(head);
    const { response } = answer;
    if ("handshake" in response) {
      this.#upgrade = response;
      const { handshake: replies } = response;
      const takeOver = (stream: ByteStream) => response.serve(stream);
      return { replies, consumed: head.length, close: false, takeOver };
    }
    const keepsAlive = answer.keepsAlive && !this.#options.isOver();
    const replies = await responseBytes(response, keepsAlive, this.#options.clock.now());
    return { replies, consumed: head.length, close: false, isLast: !keepsAlive };
  }

  async #answer(
    head: Uint8Array,
  ): Promise<{ response: Response | Upgrade; keepsAlive: boolean }> {
    try {
      if (!isWholeHead(head)) throw notWhole(head);
      const { parser, host, respond } = this.#options;
      const { request, keepsAlive } = readHead(parser, head, host);
      this.#hasAsked = true;
      return { response: await respond(request), keepsAlive: keepsAlive && !hasBody(request) };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return { response: responseOf(plain(error.status, error.message), true), keepsAlive: false };
    }
  }
}

function notWhole({ length }: Uint8Array): RequestError {
  const { headBytesMax } = httpLimits;
  return length > headBytesMax
    ? new RequestError(
      431,
      `The head of the request is too long: allowed are ${headBytesMax} bytes`,
    )
    : new RequestError(400, "What came is no request of HTTP/1.1");
}
