import type { ActorContext } from "../../actor/mod.ts";
import {
  beginResponse,
  type MsgpackWriter,
  writeErrorResponse,
  writeValue,
} from "../../rpc/mod.ts";
import type { Question, SyncAnswer, SyncQuestion } from "../messages/sync_questions.ts";
import { limitedMembers } from "./limited_figures.ts";
import { beginDeferred, endDeferred, tellConnection } from "./query_message.ts";

/** A request whose answer the sync actor knows. */
export interface AskedRequest {
  readonly msgid: number;
  readonly question: Question;
  /** Whether the caller is told nothing that the keys of others change. */
  readonly isLimited?: boolean;
}

/** A request that waits for its answer. */
interface WaitingRequest {
  /** Counter of the inbox of its connection. */
  readonly inbox: number;
  readonly msgid: number;
  readonly isLimited?: boolean;
}

/**
 * The requests to a query actor that its server's sync actor answers. Requests that ask the same, and
 * that no message has taken along yet, are one question.
 */
export class SyncQuestions {
  #context: ActorContext;
  #lastId = 0;
  /** By id of the question. */
  #waiting = new Map<number, WaitingRequest[]>();
  /** By what they ask. */
  #unsent = new Map<string, SyncQuestion>();

  constructor(context: ActorContext) {
    this.#context = context;
  }

  /** Whether a question is to be sent. */
  get hasUnsent(): boolean {
    return this.#unsent.size > 0;
  }

  /** Asks what came on a connection. @param inbox counter of the connection's inbox */
  ask(inbox: number, requests: readonly AskedRequest[]): void {
    for (const { msgid, question, isLimited } of requests) {
      this.#waiting.get(this.#idOf(question))!.push({ inbox, msgid, isLimited });
    }
  }

  #idOf(question: Question): number {
    // Questions are flat, and written by one place each: the same ones have the same text.
    const asked = JSON.stringify(question);
    const same = this.#unsent.get(asked);
    if (same !== undefined) return same.id;
    const id = ++this.#lastId;
    this.#unsent.set(asked, { id, ...question });
    this.#waiting.set(id, []);
    return id;
  }

  /** Takes the questions that the next message is to bring; `undefined`: there are none. */
  take(): readonly SyncQuestion[] | undefined {
    if (!this.hasUnsent) return undefined;
    const questions = [...this.#unsent.values()];
    this.#unsent.clear();
    return questions;
  }

  /** Replies to the requests that an answer is for. */
  answered(answers: readonly SyncAnswer[]): void {
    for (const answer of answers) {
      for (const request of this.#waiting.get(answer.id) ?? []) this.#reply(request, answer);
      this.#waiting.delete(answer.id);
    }
  }

  #reply({ inbox, msgid, isLimited }: WaitingRequest, answer: SyncAnswer): void {
    const writer = this.#context.beginMessage();
    const place = beginDeferred(writer);
    writeAnswer(writer, msgid, isLimited ? limited(answer) : answer);
    endDeferred(writer, place, 1);
    tellConnection(this.#context, inbox);
  }
}

/** As a limited token is told it: of all that is asked so, only `Members` tells of others' keys. */
function limited(answer: SyncAnswer): SyncAnswer {
  const { result } = answer;
  return Array.isArray(result) ? { ...answer, result: limitedMembers(result) } : answer;
}

/** Writes the response to a request as a whole frame. */
function writeAnswer(writer: MsgpackWriter, msgid: number, answer: SyncAnswer): void {
  const { result, error } = answer;
  if (error !== undefined) return writeErrorResponse(writer, msgid, error.code, error.message);
  const frame = beginResponse(writer, msgid);
  writeValue(writer, result);
  writer.endFrame(frame);
}
