/**
 * The bytes of the telnet protocol (RFC 854) and of the options that games use.
 *
 * @module
 */

/** Commands, each behind an `iac`. */
export const commands = {
  /** Ends a subnegotiation. */
  se: 240,
  /** Go ahead: behind a prompt, for a client that knows no `eor`. */
  ga: 249,
  /** Ends a record: behind a prompt. */
  eor: 239,
  /** Is there anybody? Answered with a line. */
  ayt: 246,
  /** Begins a subnegotiation. */
  sb: 250,
  will: 251,
  wont: 252,
  do: 253,
  dont: 254,
  /** Interprets the next byte as a command; doubled, it is itself. */
  iac: 255,
} as const;

/** Options. */
export const options = {
  binary: 0,
  /** Who echoes what is typed: the server does while a password is, and in character mode. */
  echo: 1,
  /** Suppresses `ga`. */
  sga: 3,
  /** Terminal type; by MTTS also what the client can do (RFC 1091). */
  ttype: 24,
  /** End of record (RFC 885). */
  eor: 25,
  /** Columns and rows of the client's window (RFC 1073). */
  naws: 31,
  /** Which character set is spoken (RFC 2066). */
  charset: 42,
  /** The Generic Mud Communication Protocol: names and JSON beside the text. */
  gmcp: 201,
} as const;

/** The first byte of a subnegotiation of `ttype`: it tells a type, or asks for the next. */
export const ttype = { is: 0, send: 1 } as const;

/** The first byte of one of `charset`. */
export const charset = { request: 1, accepted: 2, rejected: 3 } as const;
