/** A message of Maelstrom's network, a line of JSON each. */
export interface Message {
  readonly src: string;
  readonly dest: string;
  readonly body: Body;
}

/** What a message says. */
export interface Body {
  readonly type: string;
  readonly msg_id?: number;
  readonly in_reply_to?: number;
  readonly [field: string]: unknown;
}

/** Maelstrom's numbers of errors. */
export const errorCodes = {
  timeout: 0,
  notSupported: 10,
  temporarilyUnavailable: 11,
  keyDoesNotExist: 20,
  preconditionFailed: 22,
} as const;

/** A request cannot be done, for a reason that its client is told. */
export class MaelstromError extends Error {
  readonly code: number;

  constructor(code: number, text: string) {
    super(text);
    this.code = code;
  }
}
