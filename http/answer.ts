/** What is answered to a request: text of some type. */
export interface Answer {
  readonly status: number;
  /** Media type. Default: plain text. */
  readonly type?: string;
  readonly body: string;
  /** What is said beside it. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Nothing may be run, framed, guessed, kept or read from other sites, whatever the text is. */
const strictHeaders = {
  "Cache-Control": "no-store",
  "Content-Security-Policy":
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

const encoder = new TextEncoder();

/**
 * Makes the response of an answer.
 *
 * @param withBody whether the body is sent: to HEAD it is not
 */
export function responseOf(
  { status, type, body, headers: others }: Answer,
  withBody: boolean,
): Response {
  const bytes = encoder.encode(body);
  const headers = new Headers({
    ...strictHeaders,
    "Content-Length": String(bytes.length),
    "Content-Type": type ?? "text/plain; charset=utf-8",
    ...others,
  });
  return new Response(withBody ? bytes : null, { status, headers });
}

/** An answer of one line of plain text. */
export function plain(status: number, line: string): Answer {
  return { status, body: `${line}\n` };
}
