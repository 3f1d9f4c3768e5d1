/** What a port and a dialer need for TLS, as texts in PEM: plain data that may be posted to a thread. */
export interface TlsSettings {
  /** The certificate that a port shows, with those between it and the CA. Absent: for a dialer alone. */
  readonly cert?: string;
  /** The key of that certificate. */
  readonly key?: string;
  /** Certificates of CAs that others are verified with, beside those that the runtime knows. */
  readonly ca?: string;
  /** Certificates of CAs of which clients must show a certificate. Absent: they need not show any. */
  readonly clientCa?: string;
}
