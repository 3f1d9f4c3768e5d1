import {
  type ByteStream,
  decode,
  encode,
  frameHeaderBytes,
  frameLength,
  FrameReader,
  MsgpackWriter,
  type Transport,
} from "../../rpc/mod.ts";

/** A request as it came in. */
export interface ScriptedRequest {
  msgid: number;
  method: string;
  params: unknown[];
  /** The connection that it came on. */
  stream: ByteStream;
}

/** A server without a mind of its own: the test sees each request and says what is answered. */
export class ScriptedServer {
  /** All requests so far, in the order in which they came. */
  readonly requests: ScriptedRequest[] = [];
  /** Called with each request as it comes in. */
  onRequest: (request: ScriptedRequest) => void = () => {};
  readonly address: string;
  #listener;
  #streams: ByteStream[] = [];

  constructor(transport: Transport, port: number, hostname = "server") {
    this.#listener = transport.listen(hostname, port);
    this.address = this.#listener.address;
    this.#accept();
  }

  /** The methods and params of all requests so far. */
  get calls(): [method: string, ...params: unknown[]][] {
    return this.requests.map(({ method, params }) => [method, ...params]);
  }

  reply(request: ScriptedRequest, result: unknown): void {
    this.send(request, [1, request.msgid, null, result]);
  }

  refuse(request: ScriptedRequest, code: string, message: string): void {
    this.send(request, [1, request.msgid, [code, message], null]);
  }

  /** Sends any value as a frame, on the connection of `request`. */
  send({ stream }: ScriptedRequest, value: unknown): void {
    const writer = new MsgpackWriter();
    const frame = writer.beginFrame();
    writer.raw(encode(value));
    writer.endFrame(frame);
    stream.write(writer.written()).catch(() => {});
  }

  /** Ends the port and all connections. */
  close(): void {
    this.#listener.close();
    for (const stream of this.#streams) stream.close();
  }

  async #accept(): Promise<void> {
    for (;;) {
      const stream = await this.#listener.accept();
      if (stream === null) return;
      this.#streams.push(stream);
      // A connection that is cut or closed ends its loop.
      this.#read(stream).catch(() => {});
    }
  }

  async #read(stream: ByteStream): Promise<void> {
    const reader = new FrameReader();
    for (;;) {
      const count = await stream.read(reader.space());
      if (count === null) return;
      reader.received(count);
      for (let frames = reader.take(); frames !== undefined; frames = reader.take()) {
        for (let at = 0; at < frames.length;) {
          const start = at + frameHeaderBytes;
          at = start + frameLength(frames, at);
          this.#take(stream, frames.slice(start, at));
        }
      }
    }
  }

  #take(stream: ByteStream, payload: Uint8Array): void {
    const [, msgid, method, params] = decode(payload) as [0, number, string, unknown[]];
    const request = { msgid, method, params, stream };
    this.requests.push(request);
    this.onRequest(request);
  }
}
