/** Two ends do not agree on TLS: one does not speak it, or does not trust the other. */
export class TlsError extends Error {
  static {
    this.prototype.name = "TlsError";
  }
}

/**
 * A token would be shown to another machine, and others could read it in between.
 *
 * @param allowed how that is asked for, or how it is shown all the same
 */
export function unsafeTokenError(allowed: string): TlsError {
  return new TlsError(`a token is shown to other machines in TLS alone (${allowed})`);
}

/** The first byte of what a client of TLS sends, which neither a frame, a command nor HTTP begins with. */
const clientHello = 0x16;

/** The first bytes of what a server of TLS answers to anything else: an alert. */
const alert = [0x15, 0x03];

/** @throws {TlsError} when what comes to a port that speaks no TLS, or within it, begins as TLS does. */
export function expectNoTls(firstByte: number): void {
  if (firstByte !== clientHello) return;
  throw new TlsError("the other end speaks TLS, and this port does not (--tls-cert)");
}

/** @throws {TlsError} when what a server answers to who speaks no TLS begins as TLS does. */
export function expectNoAlert(first: Uint8Array): void {
  if (first[0] !== alert[0] || (first.length > 1 && first[1] !== alert[1])) return;
  throw new TlsError("the server speaks TLS, and was not asked in TLS (--tls)");
}

/** What is found out of TLS, in the words of those who run servers. */
const reasons: readonly (readonly [RegExp, string])[] = [
  // What the other end says comes first: it is not what is found here.
  [
    /alert: ?certificate ?required|did not return a certificate|sent no certificates/i,
    "a certificate of the client is asked for, and none was shown (--tls-cert)",
  ],
  [
    /alert: ?(unknown ?ca|decrypt ?error)/i,
    "the other end does not trust the CA of the certificate that it was shown",
  ],
  [/alert: ?certificate ?expired/i, "the other end finds that the certificate has expired"],
  [
    /alert: ?(bad|unknown|unsupported|revoked)? ?certificate/i,
    "the other end does not take the certificate that it was shown",
  ],
  [
    /UnknownIssuer|BadSignature|unable to get (local )?issuer|self.signed/i,
    "the certificate is of no CA that is trusted here (--tls-ca)",
  ],
  [/expired/i, "the certificate has expired"],
  [/not valid yet|NotValidYet/i, "the certificate is not valid yet: are the clocks right?"],
  [
    /not valid for name|NotValidForName|altname/i,
    "the certificate is for other names than the one that was dialed",
  ],
  [/CaUsedAsEndEntity/i, "the certificate is that of a CA"],
  [
    /InvalidContentType|InvalidMessage|wrong version number|packet length|http request/i,
    "the other end speaks no TLS",
  ],
  [
    /unexpected end of file|unexpected eof|close_notify|closed connection|socket hang up|before secure/i,
    "the other end ended the connection: it may speak no TLS, or ask for another certificate of the client",
  ],
  [/invalid peer certificate/i, "the certificate is not valid"],
];

/** The error of a handshake, or of what came in place of one. */
export function tlsErrorOf(cause: unknown): TlsError {
  const { message } = cause as Error;
  const reason = reasons.find(([pattern]) => pattern.test(message))?.[1];
  return new TlsError(reason ?? message, { cause });
}

/** Whether an error is one of TLS, which says nothing of the connection below it. */
export function isTlsFault(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === "InvalidData" || /certificate|alert|corrupt message|ssl|tls/i.test(message);
}
