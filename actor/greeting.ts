import {
  type ByteStream,
  type Clock,
  dial,
  type Dialer,
  expectNoAlert,
  frameHeaderBytes,
  frameLength,
  FrameReader,
  type Limited,
  MsgpackReader,
  MsgpackWriter,
  readResponseHead,
  type Timers,
} from "../rpc/mod.ts";
import {
  type Hello,
  type HelloReply,
  incarnationOfRefusal,
  readHelloReply,
  writeHello,
} from "./hello.ts";

/** The address answers as another incarnation of a system. */
export class WrongIncarnationError extends Error {
  static {
    this.prototype.name = "WrongIncarnationError";
  }

  /** The incarnation that answered, if it said so. */
  get found(): string | undefined {
    return incarnationOfRefusal(this);
  }
}

/** The system does not accept the greeting: it is of another version or cluster, or advertises another address. */
export class RefusedError extends Error {
  static {
    this.prototype.name = "RefusedError";
  }
}

/** A connection on which a system greeted. */
export interface GreetedStream extends HelloReply {
  readonly stream: ByteStream;
  /** Cuts what comes next on it into frames. */
  readonly frames: FrameReader;
  /** Whole frames that came already, behind the reply. */
  readonly first: Uint8Array;
  /** How long the reply took. */
  readonly roundTripMs: number;
}

/**
 * Dials a system and greets it. That is what proves that the system is at its address: nothing that
 * comes from elsewhere does.
 *
 * @param signal ends it early
 * @throws {WrongIncarnationError} when the address answers as another incarnation; {RefusedError} when
 * the system does not accept the greeting; {Error} when nobody answers in time.
 */
export async function greet(
  address: string,
  hello: Hello,
  dialer: Dialer,
  environment: Clock & Timers & Limited,
  signal: AbortSignal,
): Promise<GreetedStream> {
  const stream = await dial(dialer, address, environment, signal);
  const close = () => stream.close();
  const cancel = environment.after(environment.limits.dialTimeoutMs, close);
  signal.addEventListener("abort", close);
  try {
    const greeted = await exchange(stream, hello, environment);
    signal.throwIfAborted();
    return greeted;
  } catch (error) {
    stream.close();
    throw error;
  } finally {
    cancel();
    signal.removeEventListener("abort", close);
  }
}

async function exchange(
  stream: ByteStream,
  hello: Hello,
  environment: Clock & Limited,
): Promise<GreetedStream> {
  const { limits } = environment;
  const writer = new MsgpackWriter();
  writeHello(writer, hello);
  const beganMs = environment.monotonicMs();
  await stream.write(writer.written());
  const frames = new FrameReader(limits, limits.noticeBytesMax);
  for (;;) {
    const space = frames.space();
    const count = await stream.read(space);
    if (count !== null) expectNoAlert(space.subarray(0, count));
    if (count === null) throw new Error("the connection ended before it was greeted");
    frames.received(count);
    const reply = frames.take();
    if (reply === undefined) continue;
    const behind = frameHeaderBytes + frameLength(reply, 0);
    const reader = new MsgpackReader(reply, frameHeaderBytes, behind);
    const { error } = readResponseHead(reader);
    if (error?.code === "unavailable") throw new WrongIncarnationError(error.message);
    if (error !== undefined) throw new RefusedError(error.message);
    const roundTripMs = environment.monotonicMs() - beganMs;
    return { ...readHelloReply(reader), stream, frames, first: reply.slice(behind), roundTripMs };
  }
}
