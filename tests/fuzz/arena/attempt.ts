import { msgpackDecode } from "../../deps.ts";
import { RawSocket } from "../../support/rpc/raw_socket.ts";
import { WrongAnswer } from "./wrong_answer.ts";

/** An attacker's connection lives so long at the most, unless the attack says otherwise. */
const attackMsMax = 6_000;

/** Connects, if the server lets it. @param patienceMs ends the connection */
export async function attackerSocket(
  address: string,
  patienceMs = attackMsMax,
): Promise<RawSocket> {
  return await RawSocket.connect(address, patienceMs);
}

/** Does what a server may end at any time: that its connection fails is none of its faults. */
export async function attempt(body: () => Promise<unknown>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (error instanceof WrongAnswer) throw error;
    if (!isLost(error)) throw error;
  }
}

function isLost(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionRefused ||
    error instanceof Deno.errors.ConnectionAborted || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.NotConnected || error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.UnexpectedEof ||
    error instanceof Deno.errors.AddrNotAvailable || error instanceof Deno.errors.TimedOut ||
    (error instanceof Error && error.message.startsWith("The connection ended"));
}

/**
 * Reads what comes until the connection ends or was silent for a while, each of it a well-formed message.
 *
 * @param messagesMax more are not waited for
 * @returns the messages
 */
export async function readAll(
  socket: RawSocket,
  { quietMs, messagesMax = Infinity }: { quietMs: number; messagesMax?: number },
): Promise<unknown[][]> {
  const messages: unknown[][] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    while (messages.length < messagesMax) {
      timer = setTimeout(() => socket[Symbol.dispose](), quietMs);
      const payload = await socket.frame();
      clearTimeout(timer);
      if (payload === null) break;
      messages.push(wellFormed(payload));
    }
  } catch (error) {
    if (!isLost(error)) throw error;
  } finally {
    clearTimeout(timer);
  }
  return messages;
}

/** A response or notification. @throws {WrongAnswer} when it is neither. */
function wellFormed(payload: Uint8Array): unknown[] {
  let message: unknown;
  try {
    message = msgpackDecode(payload);
  } catch (error) {
    throw new WrongAnswer(`an answer is no MessagePack: ${(error as Error).message}`);
  }
  if (Array.isArray(message)) {
    const [type, msgid, error] = message;
    const isError = error === null || (Array.isArray(error) && error.length === 2 &&
      error.every((part) => typeof part === "string"));
    if (type === 1 && message.length === 4 && Number.isInteger(msgid) && isError) return message;
    if (type === 2 && message.length === 3 && typeof msgid === "string") return message;
  }
  throw new WrongAnswer(`an answer has another shape: ${JSON.stringify(message).slice(0, 200)}`);
}
