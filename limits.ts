/**
 * Everything that can grow, and its bound, with its unit in its name and what happens there in its
 * doc. Nothing else in the project states such a number.
 *
 * Code reads the bounds of `Limits` from the environment that is injected into it, so that a test can
 * inject others. Those of `wireLimits`, `appLimits`, `logLimits`, `accessLimits`, `httpLimits`,
 * `doorLimits` and `respLimits` are fixed.
 *
 * @module
 */

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

/**
 * Bounds of what is on the wire and on disk, and of how it is decoded. They are fixed, because both
 * ends of a connection rely on the same ones, and so does a server that reads what another one wrote.
 */
export const wireLimits = {
  /** A longer frame (or one of length 0) ends the connection it came on. */
  frameBytesMax: 16 * MiB,
  /** A longer method name is unknown: it is neither read nor repeated in the error reply. */
  methodBytesMax: 64,
  /** Nesting of a value on the wire or in a message; a deeper one is refused. */
  valueDepthMax: 128,
  /** Texts that a cache keeps for the next message that has them; a further one takes a place. */
  cachedTexts: 256,
  /** A longer text is not kept. */
  cachedTextBytesMax: 32,
  /** Texts in a longer buffer are not cached, because the cache keeps the last buffer in memory. */
  cachedFromBytesMax: 1 * MiB,
  /** A shorter buffer is not kept for the next who needs one. */
  spareBufferBytesMin: 64 * KiB,
  /** Memory of long buffers that a thread keeps for the next who needs one; past it, it is freed. */
  spareBytesMax: 8 * MiB,
  /** A longer key or prefix is answered with `too_large`. */
  keyBytesMax: 4 * KiB,
  /** A longer value is answered with `too_large`. */
  valueBytesMax: 8 * MiB,
  /** Room for what stands beside the entries in a message between servers, and around it on a link. */
  messageSlackBytes: 96 * KiB,
  /** The most entries that one Scan may ask for; a higher limit is answered with `bad_request`. */
  scanEntriesMax: 10_000,
  /** The most parts of a range that one Digest may ask for; more are answered with `bad_request`. */
  digestPartsMax: 64,
  /**
   * Bytes that came on a WebSocket of a client and were not read; more end it, because it cannot be made to
   * wait. What is asked for one after the other is never as long.
   */
  unreadBytesMax: 128 * MiB,
  /** Bytes that a WebSocket of a client has not sent; past it, whoever writes to it waits. */
  unsentBytesMax: 1 * MiB,
  /** How often a WebSocket with more of them is looked at, because it does not say when they are sent. */
  unsentCheckMs: 5,
  /**
   * What counts as a second of sync messages: others count in whole milliseconds, and a message may take a few of
   * them longer than the next one to reach the wire.
   */
  countedSecondMs: 1_012,
  /** Characters of the address in a server's description: the longest host name, brackets and a port. */
  addressCharsMax: 261,
} as const;

/** Bounds of the command line, which is a process of its own. They are fixed. */
export const appLimits = {
  /**
   * Replaces `callTimeoutMs` for a player with several servers: a server that is silent for so long is
   * left, and there is time to ask another.
   */
  failoverTimeoutMs: 2_500,
  /** Characters of a line of input; a longer one is refused. Holds any key and value, escaped. */
  lineCharsMax: 64 * MiB,
  /** Results are written in pieces of this many characters, the last one aside. */
  outputBatchChars: 64 * KiB,
  /** Puts of an import that are under way; the next one waits for one of them. */
  importPutsMax: 4_096,
  /** Characters of keys and values that are under way in an import, or one entry. */
  importCharsMax: 4 * MiB,
  /** How long a put of an import may take, behind all those that are under way. */
  importTimeoutMs: 30_000,
  /** How long an import waits when a server refuses a put because it cannot keep up. */
  importPauseMs: 250,
  /** Lines that an import passes over because they are no entries; at one more it stops. */
  importFaultsMax: 20,
  /** Characters of the lines of a chunk of a backup; a longer one is cut in two. */
  backupChunkCharsMax: 1 * MiB,
  /** Slices that a chunk of a backup is read from; past it, it is written whole. */
  backupSlicesMax: 8,
  /** Bytes of a segment of a backup, and one slice more. */
  backupSegmentBytes: 8 * MiB,
  /** Characters of keys and values that a watch remembers; past it, it ends with an error. */
  watchedCharsMax: 256 * MiB,
  /** How often a watch reads, by default. */
  watchIntervalMs: 1_000,
  /** The same signal within this time is the echo of one key press. */
  signalEchoMs: 250,
  /** How often a progress bar is drawn. */
  progressIntervalMs: 100,
  /** Characters that were typed before anybody asked for them; past it no more are read until some are used. */
  typeAheadCharsMax: 64 * KiB,
  /** What completes a word at a terminal gives up after this. */
  completionTimeoutMs: 100,
  /** Keys that are read to complete one: a page of a Scan. */
  completionKeysMax: 1_000,
  /** A longer key is not offered to complete a word of bash, zsh or fish: the scripts would be slow. */
  offeredKeyCharsMax: 256,
  /** Candidates for a word that are shown; of more than these it is said how many there are. */
  candidatesShownMax: 100,
  /** Lines of history that outlive a run; older ones are forgotten. */
  historyLinesMax: 1_000,
  /** A longer line is not kept in the history. */
  historyLineCharsMax: 4_096,
  /** How long `play` waits for whoever has its world to say where they answer. */
  ownerPatienceMs: 3_000,
  /** A member that is down for so long is not healthy: one that has just come is not reached at once. */
  healthyDownMs: 5_000,
  /** A member that is up and further behind than this is not healthy. */
  healthyLagMs: 2_000,
  /** A member whose clock is further off than this is not healthy. */
  healthyClockSkewMs: 5_000,
  /** Replicas that have differed for longer are not healthy. */
  healthyDifferingMs: 10_000,
  /** How often `status --watch` asks again. */
  statusIntervalMs: 1_000,
  /** Keys that differ which `check` looks for, about; the rest is told as ranges. */
  checkedKeysMax: 100,
  /** How long a query port may take to answer `check`: it may have millions of entries to sum up first. */
  checkTimeoutMs: 10_000,
  /** How often `check --wait` asks again. */
  checkIntervalMs: 250,
  /** What was on its way when `check --wait` asked, has arrived after so long. */
  checkSettleMs: 2_500,
  /** Faults of a file of a data directory that are told one by one; the rest is counted. */
  damageShownMax: 20,
} as const;

/** Bounds of a server's log. They are fixed, because what reads it may rely on them. */
export const logLimits = {
  /** Characters of a text in a line; of a longer one the beginning is shown, and its length. */
  textCharsMax: 256,
  /** Characters of the stack trace of a bug; the rest is cut off. */
  traceCharsMax: 2_048,
  /** Characters of a line; the texts in a longer one are cut shorter until it fits. */
  lineCharsMax: 4_096,
  /** A line that comes again within this time is counted instead of printed; it doubles while it comes. */
  repeatMinMs: 1_000,
  /** The longest time for which a line that keeps coming is only counted. */
  repeatMaxMs: 60_000,
  /**
   * Kinds of lines, by each peer that they are about, whose repeats are counted apart; past it, all
   * further peers have one count for each kind.
   */
  keysMax: 1_024,
  /** Lines a second that are printed in the long run; more are left out, and counted. */
  linesPerSecond: 20,
  /** Lines that are printed at once; the last half of them are for errors alone. */
  burstLines: 200,
  /** Bytes of lines that wait for a stderr that is not read; a line past it is lost, and counted. */
  queueBytesMax: 256 * KiB,
  /** How often a stderr that takes nothing is tried again. */
  retryMs: 20,
  /** How long a server that stops waits for somebody to read its last lines. */
  flushMs: 500,
} as const;

/** Bounds of who gets in. They are fixed. */
export const accessLimits = {
  /** At the last of so many wrong tokens a connection ends. */
  wrongTokensMax: 3,
  /**
   * Different wrong tokens that a port looks at from one address at once; one more is looked at after
   * `wrongTokenMs`. Until then it lets in from there only those tokens that it has let in from there before.
   */
  wrongTokensFromAddressMax: 30,
  wrongTokenMs: 5_000,
  /** Addresses whose wrong tokens a port counts; past it, the one whose was wrong longest ago begins anew. */
  guessingAddressesMax: 10_000,
  /** Tokens, by address, that a port remembers as wrong, and as let in; past it, the oldest are forgotten. */
  rememberedTokensMax: 10_000,
  /** A longer token is wrong, and not hashed. */
  tokenCharsMax: 256,
  /** Tokens in an auth file; a file of more is refused, because each is compared with what is shown. */
  tokensMax: 4_096,
  /** Prefixes of a token; an auth file with more is refused, because each is compared with every key. */
  prefixesMax: 64,
  /** Characters of a token's name; a longer one is refused. */
  tokenNameCharsMax: 64,
  /** Scans of a token whose keys are limited that are under way at a query port; past it the oldest begins anew. */
  cursorsMax: 1_024,
} as const;

/** Bounds of the port that shows a server over HTTP. They are fixed. */
export const httpLimits = {
  /** Characters of a URL; a longer one is answered with 414. */
  urlCharsMax: 1_024,
  /** Bytes of the head of a request; a longer one is answered with 431, and ends its connection. */
  headBytesMax: 16 * KiB,
  /** Open connections; one more takes the place of the oldest, as long as that asks for nothing. */
  connectionsMax: 1_024,
  /** Of these, WebSockets; one more takes the place of one that has shown no token, or is answered with 503. */
  webSocketsMax: 512,
  /** Those who listen to how the server does; one more is answered with 503. */
  liveListenersMax: 64,
  /** How often they are told. */
  liveEveryMs: 1_000,
  /** How often a sample is kept for those who begin to listen, and for how long. */
  liveKeptEveryMs: 5_000,
  liveHistoryMs: 900_000,
  /** A connection on which nothing is asked for so long is ended. */
  idleMs: 120_000,
} as const;

/** Bounds of the doors through which people play who have not the program. They are fixed. */
export const doorLimits = {
  /** Sessions of players at a host; one more is told to come back later. */
  sessionsMax: 2_000,
  /** Open connections to a door; one more takes the place of one that has not said who it is, if there is one. */
  connectionsMax: 4_096,
  /** Of these, from one address; one more is told so, and ended. */
  connectionsPerAddressMax: 32,
  /** Who has not said who they are after so long is sent away. */
  loginMs: 180_000,
  /** A player who types nothing for so long is sent home. */
  idleMs: 3_600_000,
  /** A session whose connection was lost goes on for so long, and then the player leaves. */
  heldMs: 300_000,
  /** Characters of what was said meanwhile, and of what was said before, for who comes back; of more, the newest. */
  missedCharsMax: 16 * KiB,
  /** Bytes that a connection has not taken; at one more it is cut, and its session held. */
  unsentBytesMax: 256 * KiB,
  /** Lines that were typed and not asked for yet; at the bound no more is read until some are used. */
  typedLinesMax: 64,
  /** Bytes of a typed line that are kept; one of more is longer than the game reads, and refused. */
  lineBytesMax: 8 * KiB,
  /** Lines that a connection may send at once, and how often one more comes to be allowed; the next wait. */
  linesAtOnce: 20,
  lineEveryMs: 100,
  /** Bytes of the payload of a telnet subnegotiation, or of a GMCP message on a WebSocket; a longer one is passed over. */
  subnegotiationBytesMax: 4 * KiB,
  /** Bytes of a message on a WebSocket; a longer one ends it. */
  messageBytesMax: 64 * KiB,
  /** Answers to a client's negotiation of telnet options; past it they are not answered, and it is ended. */
  negotiationsMax: 256,
  /** How long a client has to say what it can do before it is greeted. */
  negotiationMs: 700,
  /** The columns and rows of a window are believed from 1 up to these. */
  columnsMax: 1_000,
  rowsMax: 1_000,
  /** A connection ends at so many wrong passwords. */
  loginTriesMax: 3,
  /** The longest reason of a measure, or announcement; of a longer one in the store nothing is believed. */
  ruleCharsMax: 500,
  /** Wrong passwords for a name, or from an address, at once; one more is allowed after `wrongPasswordMs`. */
  wrongPasswordsMax: 5,
  wrongPasswordMs: 30_000,
  /** Names and addresses whose wrong passwords are remembered; past it, the oldest are forgotten. */
  wrongPasswordKeysMax: 10_000,
  /** Characters of a password. */
  passwordCharsMin: 8,
  passwordCharsMax: 128,
  /** Passwords that are hashed at once, each in 32 MiB; the next wait. */
  hashesAtOnce: 2,
  /** Passwords that wait to be hashed; one more is told to try again. */
  hashesWaitingMax: 64,
  /** Whoever chooses a new name is told of others as they were so long ago at the most. */
  namesKeptMs: 5_000,
  /** An announcement is in the store for so long. */
  announcementMs: 86_400_000,
  /** What happens is told to players together: it waits a millisecond for so many of them, */
  listenersPerMs: 2,
  /** and no longer than this. */
  tellAfterMaxMs: 400,
  /** How often a host looks who is where, and for what was said to all. */
  lookEveryMs: 2_000,
} as const;

/** Bounds of the Redis protocol beside those of keys, values and frames. They are fixed. */
export const respLimits = {
  /** Arguments of a command, which is executed in one turn; one of more ends its connection. */
  argumentsMax: 128 * 1024,
  /** Bytes of an inline command, or of a line with a length; a longer one ends its connection. */
  lineBytesMax: 64 * KiB,
  /** Bytes of a pattern; a longer one is refused, because a match takes as many steps for each byte of a key. */
  patternBytesMax: 4 * KiB,
  /** Patterns of a `CONFIG GET`; more are refused. */
  patternsMax: 64,
  /** Prefixes of which a client is told that its copies are outdated; more are refused. */
  prefixesMax: 64,
} as const;

/** The bounds that can be injected, as a part of an `Environment`. */
export interface Limits {
  // ---- the wire -----------------------------------------------------------------------------
  /** First size of a connection's receive buffer: an idle connection costs little more. */
  readonly receiveBufferFirstBytes: number;
  /** What the receive buffer of a busy connection grows to, and shrinks back to after a long frame. */
  readonly receiveBufferBytes: number;
  /** First size of a buffer that gathers what is to leave on a connection. */
  readonly sendBufferBytes: number;
  /** Open connections per listening port; a further one is closed as soon as it is accepted. */
  readonly connectionsMax: number;
  /** Connections that wait to be accepted, as far as the system allows; a further one is tried again after a second. */
  readonly listenBacklog: number;
  /** After so long of handling what was read, the event loop looks at all sockets and timers. */
  readonly connectionSliceMs: number;
  /** After so long it does so before those go on who want much. */
  readonly heavySliceMs: number;
  /** Bytes that those want who want much, and are not done: one more of them waits, unless it is the only one. */
  readonly heavyBytesMax: number;
  /** A connection that wants no more than this within a slice goes before those that want more. */
  readonly lightBytesMax: number;
  /** How often a port looks for connections that are stuck, and for those that hold too much. */
  readonly connectionCheckMs: number;
  /** A connection that has sent a part of a frame, and nothing more for so long, is ended. */
  readonly halfFrameMs: number;
  /**
   * Once the replies to one read are this long they are written before the rest of that read is
   * executed: a client that reads slower than it asks costs this much memory, and one frame.
   */
  readonly replyBatchBytesMax: number;
  /** After so long of executing what one read brought, others have their turn before the rest of it is executed. */
  readonly requestTurnMs: number;
  /** Replies that wait to be written are written together up to this; what is longer is not copied. */
  readonly gatheredWriteBytesMax: number;
  /** What is longer is written in pieces of so many bytes; other connections have their turn between them. */
  readonly writtenAtOnceBytesMax: number;
  /** While more replies of a connection than this are deferred, no more of its requests are executed. */
  readonly deferredRepliesMax: number;
  /** A port that is closed ends its connections when nothing was asked on them for so long. */
  readonly partingMs: number;
  /** It ends them after this at the latest, whatever is asked. */
  readonly partingMaxMs: number;
  /** How long a connection that is ended for a fault is read and ignored, so that its last reply arrives. */
  readonly lingerMs: number;
  /** Bytes at the most that are read and ignored of a connection that is ended for a fault. */
  readonly lingerBytesMax: number;

  // ---- memory -------------------------------------------------------------------------------
  /** Bound of a server's memory where nothing is known of the machine's. */
  readonly memoryDefaultBytes: number;
  /** A smaller bound of a server's memory is refused: some of the greatest frames have to fit. */
  readonly memoryBytesMin: number;
  /** Of the bound, an eighth, but no more than this, is for connections: a Put past it is `overloaded`. */
  readonly memoryReserveBytesMax: number;
  /**
   * Of the bound, a sixteenth, but no more than this, is for what comes in between two looks at it: past the
   * rest connections are cut.
   */
  readonly memoryMarginBytesMax: number;
  /** The bound is looked at once for so many bytes that are charged. */
  readonly memoryUncheckedBytesMax: number;
  /** A connection that holds no more than this is not cut, however full the memory is. */
  readonly sparedBytes: number;
  /** A request or reply that is no longer than this is not charged apart, unless it has to wait. */
  readonly unchargedBytesMax: number;
  /** What a connection is charged for beside its buffers, the runtime's part included. */
  readonly connectionBytes: number;

  // ---- keys and values ----------------------------------------------------------------------
  /** Bytes of a page of a Scan, or one entry; the next page continues behind it. */
  readonly scanPageBytesMax: number;
  /**
   * A List that is longer is made in parts of so many bytes; other queries go on between them. One is
   * longer than a chunk of messages, so that it has memory of its own.
   */
  readonly listPartBytes: number;
  /** Entries that are looked at for one part, deleted ones included. */
  readonly listPartEntries: number;
  /** Watches of one connection; a further one is answered with `overloaded`. */
  readonly connectionWatchesMax: number;
  /** Watches of one query actor; a further one is answered with `overloaded`. */
  readonly watchesMax: number;
  /** Keys whose changes wait for one watch; past it, it is told anew all that is there below its prefix. */
  readonly watchChangesMax: number;
  /** As `watchChangesMax`, of all watches of a query actor together; none has more than it leaves to others. */
  readonly watchedChangesMax: number;
  /**
   * For so long more than `watchChangesMax` deleted entries may stay because watches were not told of them; then
   * the connections of these watches are ended.
   */
  readonly watchPatienceMs: number;
  /**
   * Keys that Redis clients of a query actor keep copies of; past it, the client with most of them is told that
   * all its copies are outdated.
   */
  readonly trackedKeysMax: number;
  /** Bytes of notifications, or one entry, that are on their way to one connection. */
  readonly notificationBytes: number;
  /**
   * Expiries that a query actor takes into its counts before each message. When more come due at once, the
   * counts are behind for as many turns as that takes; what is shown is not.
   */
  readonly expiriesPerTurn: number;
  /** While it holds anything that expires, a query actor looks at the clock this often, also when nobody asks. */
  readonly expiryTickMaxMs: number;
  /** Lists of a query actor that are made at once; the next waits for one of them. */
  readonly listsAtOnce: number;
  /**
   * Bytes of the records of a replica: keys, short values and 36 bytes each. Past it a Put of another key
   * is answered with `overloaded`. Over 100 million keys fit.
   */
  readonly storeKeyBytesMax: number;
  /**
   * Bytes of the log of a replica's values of up to 4 KiB, garbage included. A Put that would pass it is
   * answered with `overloaded`.
   */
  readonly storeValueBytesMax: number;

  // ---- actors -------------------------------------------------------------------------------
  /** Marshalled messages share memory in pieces of this size; a longer message gets a piece of its own. */
  readonly messageChunkBytes: number;
  /** Messages that an actor handles before the next actor's turn. */
  readonly schedulerQuantum: number;
  /** After this long the scheduler lets the event loop serve sockets and timers. */
  readonly schedulerSliceMs: number;
  /** The same where only a timer lets it do so, which takes one or two milliseconds. */
  readonly timedSliceMs: number;
  /** Receivers per sender whose message rate is watched before idle ones are forgotten. */
  readonly ratePairsMax: number;
  /**
   * Bytes that wait for a link to another system. The upper half is reserved for senders that check the
   * room of the link: an ordinary message past half of it, and any message past all of it, is dropped and
   * counted. Half of it holds the largest message between replicas.
   */
  readonly linkBytesMax: number;
  /** A longer frame that comes back on a link ends its connection: all that comes there is short. */
  readonly noticeBytesMax: number;
  /** Systems that a system has links to; a message to one more is dropped and counted. */
  readonly linksMax: number;
  /** Systems that others named and that wait to be greeted; a further one is not greeted. */
  readonly introductionsMax: number;
  /** Named systems that are dialed at once; the others wait for their turn. */
  readonly introductionsAtOnce: number;
  /** Of these, the systems that one host named, be it itself: a dial may take seconds. */
  readonly introductionsPerHostAtOnce: number;
  /** As few of one host become when those that are dialed answer too late. */
  readonly introductionsPerHostMin: number;
  /** Dials of all named systems together in a second. */
  readonly introductionsPerSecond: number;
  /** A named system that was not greeted within this time counts as not there. */
  readonly introductionMs: number;
  /** Systems that are counted because they do not accept this one; further ones are not. */
  readonly refusalsMax: number;
  /** One of these that does not say so again within this time is counted no more. */
  readonly refusalMs: number;
  /** Longest pause before a named system is dialed again. */
  readonly introductionPauseMaxMs: number;
  /** A system that connected and could not be dialed for so long is told so. */
  readonly claimNoticeMs: number;
  /** Messages of a connection of another system that wait to be handled; at the bound, no more is read. */
  readonly unhandledMessagesMax: number;
  /** Bytes of the unhandled messages of a connection, the last one aside; at the bound, no more is read. */
  readonly unhandledBytesMax: number;
  /** Unhandled messages of all connections of other systems; past it those with more than a share are not read. */
  readonly unhandledMessagesTotalMax: number;
  /** Bytes of the unhandled messages of all connections of other systems; past it likewise. */
  readonly unhandledBytesTotalMax: number;
  /** Unhandled messages that each of these connections may have, whatever the others have. */
  readonly unhandledMessagesShare: number;
  /** Bytes of unhandled messages that each of them may have, the last one aside. */
  readonly unhandledBytesShare: number;
  /** While messages of a connection are unhandled or under way, it is said so often how many are handled. */
  readonly ackRepeatMs: number;
  /** A connection on which nothing comes for so long, not even the answer to a `Ping`, is ended. */
  readonly pingPatienceMs: number;
  /** A system of which nothing has come for so long is sent a `Ping`, which it answers. */
  readonly heartbeatMs: number;
  /** How often is looked whether one is due. */
  readonly heartbeatCheckMs: number;
  /** How often the clock of another system is read; its connections bring it with the answer to a `Ping`. */
  readonly clockReadMs: number;
  /** A reading of a clock that took longer says too little, and does not count. */
  readonly clockRoundTripMaxMs: number;
  /** Readings of a clock that are kept; the one that took the shortest time counts. */
  readonly clockReadings: number;
  /** Two readings that differ by more than their round trips explain, and this: a clock was set. */
  readonly clockToleranceMs: number;
  /** Only when others find two systems at one address for so long, it is contested. */
  readonly contestNoticeMs: number;
  /** An address of which that is not found for so long is contested no more. */
  readonly contestEndMs: number;
  /** First pause before a lost link is dialed again; doubles each time, with jitter. */
  readonly reconnectMinMs: number;
  /** Longest pause before a lost link is dialed again, unless very many are lost. */
  readonly reconnectMaxMs: number;
  /** Dials of all links that are lost together in a second, on average: the pauses grow with their number. */
  readonly reconnectsPerSecond: number;

  // ---- servers ------------------------------------------------------------------------------
  /** Query actors of one server; more are refused at start. */
  readonly queryActorsMax: number;
  /**
   * A process in which nothing runs for twice as long as this counts as suspended, and the time does not
   * count for deadlines: a stopped process, a paused container, a laptop asleep.
   */
  readonly standstillMs: number;
  /** How often a Worker is sent a beat, which it answers. */
  readonly threadBeatMs: number;
  /** A query thread that posts nothing for so long ends the server; the disk's thread then refuses writes. */
  readonly threadPatienceMs: number;
  /** Bytes on a wire that `delayedTransport` delays; a write past it waits. */
  readonly delayedBytesMax: number;

  // ---- sync ---------------------------------------------------------------------------------
  /** Sync messages of one actor to another one in any second. */
  readonly syncMessagesPerSecond: number;
  /** So many of them may leave at once, after a pause. */
  readonly syncMessagesAtOnce: number;
  /** The longest that any of them waits for its turn. */
  readonly syncPaceMs: number;
  /** Bytes of the entries in a sync message; a single entry may be longer. */
  readonly syncMessageBytesMax: number;
  /** Bytes of the entries in a message to a query actor of the same server; a single entry may be longer. */
  readonly mergeMessageBytesMax: number;
  /** Bytes of the entries that a query actor was sent and has not merged; at the bound, the next wait. */
  readonly mergeWindowBytes: number;
  /**
   * A query actor makes ready for so many times as many entries of a state that is taken over as have come: what
   * another server says of it is not believed beyond that.
   */
  readonly expectedFactor: number;
  /** As if so many of them had come at the beginning. */
  readonly expectedEntriesFirst: number;
  /** Bytes of entries that a query actor merges in one turn; more when much waits, or has waited for long. */
  readonly mergeTurnBytes: number;
  /** For how long a query actor merges in one turn because that was waited for; queries go on behind it. */
  readonly mergeTurnMsMax: number;
  /** As many bytes are merged before that is told on its own; otherwise it waits until nothing waits for it. */
  readonly mergedUntoldBytesMax: number;
  /**
   * Bytes of the entries that wait for a query actor of the same server; past it the others keep what they
   * accept, each key once, until half of it is gone.
   */
  readonly siblingBytesMax: number;
  /** Puts are refused while a query actor of the same server has not merged an entry for so long. */
  readonly replicaLagMaxMs: number;
  /** How often is looked how far query actors and peers are behind. */
  readonly lagCheckMs: number;
  /** Messages to a peer that are in flight; at the bound, sending waits for an acknowledgement. */
  readonly inFlightMessagesMax: number;
  /**
   * Bytes of the entries in the outbox of a peer. Past it the outbox is emptied, and both
   * servers compare what they hold.
   */
  readonly outboxBytesMax: number;
  /** A step of a sync actor, in which it looks at all peers, is long from this time on. */
  readonly longStepMs: number;
  /** So many times as long as a long step took, messages wait for the next one. */
  readonly stepPauseRatio: number;
  /** They wait no longer than this: a step may have been long because the process, or its machine, stood still. */
  readonly stepPauseMsMax: number;
  /** How often replicas are compared with those of another server, though nobody knows of a difference. */
  readonly comparisonIntervalMs: number;
  /** So many times as long as one took, the next one waits: a query actor has other things to do. */
  readonly comparisonPauseRatio: number;
  /** Not while entries are exchanged, unless these have been for that long, and no pause was so long. */
  readonly comparisonQuietMs: number;
  /** Beyond the way of a message, so long the peer may take to begin a comparison that both owe each other. */
  readonly comparisonGraceMs: number;
  /** When a peer is silent for so long, an answer to a comparison comes no more, and another one begins. */
  readonly comparisonPatienceMs: number;
  /** Entries that differ and were put within so many milliseconds are likely to be on their way. */
  readonly comparisonYoungMs: number;
  /** Two replicas that have differed for so long are not brought together by comparing them: that is logged. */
  readonly differingNoticeMs: number;
  /** Bytes of the ranges in one message of a comparison, about; one of over twice as many is refused. */
  readonly rangesBytesMax: number;
  /** As few they become when messages of a comparison get lost. */
  readonly rangesBytesMin: number;
  /** Bytes of entries that are hashed in one turn of a query actor. */
  readonly summedBytesPerTurn: number;
  /** Ranges that are compared in one turn of a query actor. */
  readonly rangesPerTurn: number;
  /** How often, at the most, a replica or a server says what it has seen, when it has nothing else to say. */
  readonly tellVersionsMs: number;
  /** Actors of which a server knows what they wrote; past it the one that wrote last longest ago is forgotten. */
  readonly versionsMax: number;
  /**
   * Bytes of the names of these actors, and as many of the names of those of whom single writes alone were seen; past
   * it likewise.
   */
  readonly versionNameBytesMax: number;
  /** Single writes that are remembered of actors of whom nothing else was seen. */
  readonly unknownWritesMax: number;
  /** For how long they are remembered. */
  readonly unknownWritesKeptMs: number;
  /**
   * Single writes that a replica remembers in all; past it those that have most of them lose their earliest ones.
   * Whoever brings a write back of which that was forgotten is heard, until its actor claims it.
   */
  readonly singleWritesMax: number;
  /** Claims that wait behind what is to be sent; past it further ones are left out, and found by comparing. */
  readonly claimsMax: number;
  /** Bytes of what servers that are behind have seen, which a replica is told for its figures; the rest is left out. */
  readonly holdersBytesMax: number;
  /** Bytes of what a message says of what was seen. */
  readonly versionBytesMax: number;
  /** Entries that one turn of a query actor looks at to remove them. */
  readonly collectedPerTurn: number;
  /** What has expired stays for so long, by all clocks, before it is removed. */
  readonly expiredKeptMs: number;
  /** While more bytes than this are in the outbox of a peer, no part of the state is read for it. */
  readonly readAheadBytesMax: number;
  /** Entries that one turn walks over when the state is read for another server. */
  readonly readEntriesMax: number;
  /**
   * An acknowledgement is overdue after this time, and twice the time that the link takes for the bytes
   * under way as far as it is known (`SendWindow`). The connection is ended then, and what is in flight
   * is sent again on the next one.
   */
  readonly ackTimeoutMs: number;
  /** As many bytes are under way to a peer as are acknowledged within a round trip and this time. */
  readonly windowMs: number;
  /** Bytes that are under way to a peer at the most, until it has acknowledged some. */
  readonly windowBytesFirst: number;
  /** The most that it becomes: three messages as long as any. A link of 500 ms there and back then carries 24 MiB a second. */
  readonly windowBytesMax: number;
  /** Late acknowledgements make it no less than this: then the way counts as longer than it was. */
  readonly windowBytesSlow: number;
  /** Connections that end before anything got through make it no less than this. */
  readonly windowBytesMin: number;
  /** How often a peer is checked while an acknowledgement is missing. */
  readonly peerCheckMs: number;
  /** The same while its link is down: how old what waits is, and whether the peer is lost. */
  readonly peerDownCheckMs: number;
  /** A joining server requests the state of another peer when the sender is silent for so long. */
  readonly stateSenderPatienceMs: number;
  /** A peer that is up falls behind when it has not acknowledged an entry for so long: that is logged. */
  readonly peerBehindMs: number;
  /** A peer of which nothing has come for so long counts as down, though it has connections. */
  readonly peerSilentMs: number;
  /** A peer whose clock is further off than this is named in the log. */
  readonly peerSkewSaidMs: number;
  /** Only when one of two servers reaches the other for so long, and not the other way, it is said. */
  readonly oneWayNoticeMs: number;
  /** A peer neither reached nor heard for so long is lost: the others are compared with. */
  readonly peerLostMs: number;
  /** A message of another server with more bytes than this beside its entries is refused unread. */
  readonly besideEntriesBytesMax: number;
  /** Incarnations of restarted peers that are remembered; past it the oldest is forgotten. */
  readonly endedIncarnationsMax: number;
  /** How long a server that stops goes on syncing, to hand over what it accepted. */
  readonly closeDrainMs: number;
  /** How long it waits for other servers when it can reach none. */
  readonly unreachableDrainMs: number;
  /** An entry that is this far ahead of the clock is counted and logged when it is merged. */
  readonly futureToleranceMs: number;
  /** Other servers that a server syncs with; more are ignored. */
  readonly peersMax: number;
  /**
   * Lost peers for which entries go on waiting, those that were lost last; the others are
   * compared with when they are back.
   */
  readonly lostBacklogsMax: number;
  /** Peers of one address, each another life of a server there; for one more, one is forgotten. */
  readonly livesPerAddressMax: number;
  /** A server that is down for so long is forgotten, unless an operator says otherwise. */
  readonly forgetAfterMs: number;
  /** The least time between two looks whether a server is down for so long that it is forgotten. */
  readonly forgetCheckMinMs: number;
  /** The most time between two such looks. */
  readonly forgetCheckMaxMs: number;
  /** Servers that are forgotten and kept in mind, to tell others; past it the oldest is told no more. */
  readonly forgottenServersMax: number;
  /**
   * Servers, each waiting for the state of the next, that a message names. Who waits in a longer ring, waits
   * for `peerLostMs`.
   */
  readonly awaitedServersMax: number;
  /** Servers that one message introduces; the others are introduced by the next. */
  readonly messageIntroductionsMax: number;
  /**
   * Servers that peers named, that were not met, and that are met again; for one more, one makes way of the host
   * that named most.
   */
  readonly unmetServersMax: number;
  /** Of these, those that one host named; for one more, the one makes way that it named first. */
  readonly unmetServersPerHostMax: number;
  /** The first pause before such a server is met again; each one is twice as long as the one before. */
  readonly unmetPauseMinMs: number;
  /** The longest such pause. */
  readonly unmetPauseMaxMs: number;
  /**
   * An entry that arrives from another server further ahead of the clock than this is refused: it would
   * beat every Put of its key until then.
   */
  readonly timestampMaxAheadMs: number;
  /** Entries are sent when they are no further ahead than this much less, whatever the receiver told of its clock. */
  readonly timestampMarginMs: number;
  /** What a server tells of its clock is believed alone for so long; later it may have been set. */
  readonly toldClockMs: number;
  /** A longer uid in an entry that arrives is refused. A host name of 253 bytes fits. */
  readonly uidBytesMax: number;

  // ---- clients ------------------------------------------------------------------------------
  /** How long a call may take before it fails with a `TimeoutError`, unless the caller says otherwise. */
  readonly callTimeoutMs: number;
  /** How often a client makes a call again, where that does no harm. */
  readonly callRetries: number;
  /** The longest pause before the first of these, at an address that has just failed; then it doubles. */
  readonly retryMinMs: number;
  /** How long a client waits for a connection before it counts the address as unreachable. */
  readonly dialTimeoutMs: number;
  /** Bytes of requests that wait for a connection; a call past it fails, and may be made again. */
  readonly outgoingBytesMax: number;
  /** After so long without a byte from the server, the next call that expires ends the connection. */
  readonly silenceMsMax: number;
  /** Entries per page when a client scans. */
  readonly clientScanEntries: number;
  /** Pages without an entry in a row that a scan accepts; after one more the server counts as broken. */
  readonly emptyPagesMax: number;
  /** Bytes of keys and versions that a watch of a client remembers; past it, it ends with a `RangeError`. */
  readonly watchMemoryBytesMax: number;
  /** Keys whose deletion a watch of a client remembers, the last ones. */
  readonly watchDeletionsMax: number;
  /** Keys below a prefix that a listener holds until they are taken; past it, it begins anew. */
  readonly listenedKeysMax: number;
  /** When nothing has come for so long, who listens asks whether the server is there. */
  readonly listenPingMs: number;
  /** So long it waits for the answer. */
  readonly listenPatienceMs: number;
  /** When nothing came for so long, a watch of a client asks whether its server is there. */
  readonly watchPingMs: number;
  /**
   * How long after it has reached a server anew a watch of a client believes that what it was told before is
   * lost, and tells what is there instead: longer than a Put takes to be seen everywhere.
   */
  readonly watchSettleMs: number;
  /** How often the nearest router asks each address for a pong. */
  readonly probeIntervalMs: number;
  /** How long a server that is to be joined may take to answer `Describe`. */
  readonly describeTimeoutMs: number;
  /** How long a server whose data is damaged looks for another one that has what was damaged. */
  readonly damagePatienceMs: number;
  /** First pause before a server that is to be joined is asked again; doubles each time, with jitter. */
  readonly joinRetryMinMs: number;
  /** Longest pause before a server that is to be joined is asked again. */
  readonly joinRetryMaxMs: number;

  // ---- disk ---------------------------------------------------------------------------------
  /**
   * Least time between two messages of a query actor to the disk with relaxed durability: a key that is
   * put again and again meanwhile is written once.
   */
  readonly diskPaceMs: number;
  /** Bytes of the entries in a message to the disk, or one entry. */
  readonly diskMessageBytesMax: number;
  /** Entries are read from a data file in chunks of about so many bytes. */
  readonly diskChunkBytes: number;
  /** So many bytes of them are read before a server that starts has taken them in. */
  readonly diskReadAheadBytes: number;
  /**
   * Bytes of the log of a data directory from which on it is folded into the file. A larger bound folds
   * less often, and leaves more to be read at the start.
   */
  readonly foldFromBytes: number;
  /** A file of the log that is this long is appended to no more: a fold reads one at a time. */
  readonly logSegmentBytes: number;
  /** Files of the log from which on it is folded, however short they are: a crash may leave one. */
  readonly foldFromSegments: number;
  /** A log of so many bytes is folded too, when nothing has been written for `foldIdleMs`. */
  readonly foldIdleBytes: number;
  /** So is a shorter one, if it is longer than one of so many parts of the file, and than so many bytes. */
  readonly foldIdlePart: number;
  /** What an idle log holds at least, when it is folded. */
  readonly foldIdleBytesMin: number;
  /** A short log is folded when nothing has been written for so long. */
  readonly foldIdleMs: number;
  /** Idle time after the last write before a fold starts. */
  readonly foldQuietMs: number;
  /** Bytes of the log from which on it is folded between writes too. */
  readonly foldUrgentBytes: number;
  /** How long a step of a fold takes: no longer than the pauses between the writes of a busy server. */
  readonly foldStepMs: number;
  /** The longest step of a fold, after a long idle time. The next write waits for it, once. */
  readonly foldStepMsMax: number;
  /** Bytes of the log above which each write to the disk waits for a step of the fold. */
  readonly foldBacklogMax: number;
  /** Time given to the fold before each write while the backlog lasts. */
  readonly foldPressMs: number;
  /** How often a server says how far it has come with reading its data. */
  readonly loadNoticeMs: number;
  /** How often a disk that refuses to be written is tried again. */
  readonly diskRetryMs: number;
  /** While the disk is written, it is told so often how large its files are. */
  readonly diskSizesMs: number;
  /** How long a stop that could not write everything waits to be told how much that is. */
  readonly unwrittenPatienceMs: number;
  /** How long a server that starts again waits for those it knew before, until it goes on without. */
  readonly rejoinFirstMs: number;
  /** How often it asks those that do not answer, in the long run. */
  readonly rejoinMaxMs: number;
}

/** The bounds where no others are given. */
export const defaultLimits: Limits = {
  receiveBufferFirstBytes: 1 * KiB,
  // A value of 64 KiB fits, with what stands around it.
  receiveBufferBytes: 72 * KiB,
  sendBufferBytes: 16 * KiB,
  connectionsMax: 10_000,
  listenBacklog: 4_096,
  connectionSliceMs: 2,
  heavySliceMs: 0.5,
  heavyBytesMax: 128 * KiB,
  lightBytesMax: 4 * KiB,
  connectionCheckMs: 250,
  halfFrameMs: 30_000,
  replyBatchBytesMax: 1 * MiB,
  requestTurnMs: 2,
  gatheredWriteBytesMax: 64 * KiB,
  writtenAtOnceBytesMax: 256 * KiB,
  deferredRepliesMax: 1_024,
  partingMs: 100,
  partingMaxMs: 1_000,
  lingerMs: 500,
  lingerBytesMax: 1 * MiB,

  memoryDefaultBytes: 2 * GiB,
  memoryBytesMin: 32 * MiB,
  memoryReserveBytesMax: 64 * MiB,
  memoryMarginBytesMax: 16 * MiB,
  memoryUncheckedBytesMax: 64 * KiB,
  sparedBytes: 128 * KiB,
  unchargedBytesMax: 4 * KiB,
  connectionBytes: 18 * KiB,

  scanPageBytesMax: 1 * MiB,
  listPartBytes: 128 * KiB,
  listPartEntries: 1_000,
  connectionWatchesMax: 16_384,
  watchesMax: 65_536,
  watchChangesMax: 65_536,
  watchedChangesMax: 1_048_576,
  watchPatienceMs: 10_000,
  trackedKeysMax: 524_288,
  notificationBytes: 64 * KiB,
  expiriesPerTurn: 1_000,
  expiryTickMaxMs: 1_000,
  listsAtOnce: 8,
  storeKeyBytesMax: 8 * GiB,
  storeValueBytesMax: 16 * GiB,

  messageChunkBytes: 64 * KiB,
  schedulerQuantum: 64,
  schedulerSliceMs: 0.5,
  timedSliceMs: 5,
  ratePairsMax: 1_024,
  linkBytesMax: 20 * MiB,
  noticeBytesMax: 16 * KiB,
  linksMax: 1_024,
  introductionsMax: 1_024,
  introductionsAtOnce: 32,
  introductionsPerHostAtOnce: 24,
  introductionsPerHostMin: 4,
  introductionsPerSecond: 100,
  introductionMs: 60_000,
  refusalsMax: 256,
  refusalMs: 150_000,
  introductionPauseMaxMs: 5_000,
  claimNoticeMs: 3_000,
  unhandledMessagesMax: 4_096,
  unhandledBytesMax: 16 * MiB,
  unhandledMessagesTotalMax: 4_096,
  unhandledBytesTotalMax: 64 * MiB,
  unhandledMessagesShare: 8,
  unhandledBytesShare: 64 * KiB,
  ackRepeatMs: 1_000,
  pingPatienceMs: 15_000,
  heartbeatMs: 2_000,
  heartbeatCheckMs: 500,
  clockReadMs: 15_000,
  clockRoundTripMaxMs: 2_000,
  clockReadings: 8,
  clockToleranceMs: 100,
  contestNoticeMs: 3_000,
  contestEndMs: 5_000,
  reconnectMinMs: 100,
  reconnectMaxMs: 1_000,
  reconnectsPerSecond: 100,

  queryActorsMax: 256,
  standstillMs: 1_000,
  threadBeatMs: 5_000,
  threadPatienceMs: 30_000,
  delayedBytesMax: 64 * MiB,

  syncMessagesPerSecond: 10,
  syncMessagesAtOnce: 6,
  syncPaceMs: 203,
  syncMessageBytesMax: 8 * MiB,
  mergeMessageBytesMax: 16 * MiB,
  mergeWindowBytes: 32 * MiB,
  expectedFactor: 16,
  expectedEntriesFirst: 4_096,
  mergeTurnBytes: 256 * KiB,
  mergeTurnMsMax: 10,
  mergedUntoldBytesMax: 16 * KiB,
  siblingBytesMax: 32 * MiB,
  replicaLagMaxMs: 5_000,
  lagCheckMs: 100,
  inFlightMessagesMax: 64,
  outboxBytesMax: 64 * MiB,
  longStepMs: 0.25,
  stepPauseRatio: 4,
  stepPauseMsMax: 20,
  comparisonIntervalMs: 5_000,
  comparisonPauseRatio: 50,
  comparisonQuietMs: 1_000,
  comparisonGraceMs: 300,
  comparisonPatienceMs: 10_000,
  comparisonYoungMs: 3_000,
  differingNoticeMs: 10_000,
  rangesBytesMax: 256 * KiB,
  rangesBytesMin: 1 * KiB,
  summedBytesPerTurn: 512 * KiB,
  rangesPerTurn: 64,
  tellVersionsMs: 1_000,
  versionsMax: 4_096,
  versionNameBytesMax: 256 * KiB,
  unknownWritesMax: 4_096,
  unknownWritesKeptMs: 60_000,
  singleWritesMax: 16_384,
  claimsMax: 8_192,
  holdersBytesMax: 256 * KiB,
  versionBytesMax: 1 * MiB,
  collectedPerTurn: 1_000,
  expiredKeptMs: 60_000,
  readAheadBytesMax: 8 * MiB,
  readEntriesMax: 20_000,
  ackTimeoutMs: 5_000,
  windowMs: 1_000,
  windowBytesFirst: 128 * KiB,
  windowBytesMax: 24 * MiB,
  windowBytesSlow: 16 * KiB,
  windowBytesMin: 1 * KiB,
  peerCheckMs: 250,
  peerDownCheckMs: 1_000,
  stateSenderPatienceMs: 5_000,
  peerBehindMs: 2_000,
  peerSilentMs: 5_000,
  peerSkewSaidMs: 5_000,
  oneWayNoticeMs: 3_000,
  peerLostMs: 30_000,
  besideEntriesBytesMax: 128 * KiB,
  endedIncarnationsMax: 1_000,
  closeDrainMs: 5_000,
  unreachableDrainMs: 1_500,
  futureToleranceMs: 60_000,
  peersMax: 256,
  livesPerAddressMax: 4,
  forgetAfterMs: 7 * 24 * 60 * 60 * 1_000,
  forgetCheckMinMs: 1_000,
  forgetCheckMaxMs: 60 * 60 * 1_000,
  forgottenServersMax: 64,
  awaitedServersMax: 16,
  messageIntroductionsMax: 64,
  unmetServersMax: 256,
  unmetServersPerHostMax: 32,
  unmetPauseMinMs: 5_000,
  unmetPauseMaxMs: 10 * 60 * 1_000,
  lostBacklogsMax: 8,
  timestampMaxAheadMs: 24 * 60 * 60 * 1_000,
  timestampMarginMs: 60 * 60 * 1_000,
  toldClockMs: 60_000,
  uidBytesMax: 320,

  callTimeoutMs: 5_000,
  callRetries: 3,
  retryMinMs: 100,
  dialTimeoutMs: 5_000,
  outgoingBytesMax: 512 * MiB,
  silenceMsMax: 10_000,
  clientScanEntries: 1_000,
  emptyPagesMax: 10,
  watchMemoryBytesMax: 256 * MiB,
  watchDeletionsMax: 16_384,
  listenedKeysMax: 65_536,
  listenPingMs: 500,
  listenPatienceMs: 1_000,
  watchPingMs: 10_000,
  watchSettleMs: 3_000,
  probeIntervalMs: 2_000,
  describeTimeoutMs: 3_000,
  damagePatienceMs: 5_000,
  joinRetryMinMs: 200,
  joinRetryMaxMs: 5_000,

  diskPaceMs: 100,
  diskMessageBytesMax: 256 * KiB,
  diskChunkBytes: 256 * KiB,
  diskReadAheadBytes: 16 * MiB,
  foldFromBytes: 32 * MiB,
  logSegmentBytes: 4 * MiB,
  foldFromSegments: 32,
  foldIdleBytes: 256 * KiB,
  foldIdlePart: 20,
  foldIdleBytesMin: 4 * KiB,
  foldIdleMs: 10_000,
  foldQuietMs: 20,
  foldUrgentBytes: 64 * MiB,
  foldStepMs: 0.5,
  foldStepMsMax: 5,
  foldBacklogMax: 128 * MiB,
  foldPressMs: 20,
  loadNoticeMs: 1_000,
  diskRetryMs: 500,
  diskSizesMs: 1_000,
  unwrittenPatienceMs: 500,
  rejoinFirstMs: 500,
  rejoinMaxMs: 60_000,
};

/** Every bound there is. */
export type AllLimits = typeof wireLimits & typeof appLimits & Limits;

/** What must hold between some bounds, because code relies on it. */
export interface LimitRelation {
  /** The bounds that it is between. */
  readonly fields: readonly (keyof AllLimits)[];
  readonly holds: (limits: Readonly<Record<keyof AllLimits, number>>) => boolean;
  /** What it says, for the error. */
  readonly rule: string;
}

/** The greatest of an entry, on the wire, in a message or in a frame of its own. */
const entryBytesMax = (l: { keyBytesMax: number; valueBytesMax: number }) =>
  l.keyBytesMax + l.valueBytesMax + 128;

/** The most that a message introduces its receiver to another server with. */
const introductionBytesMax = 320;

/** The greatest message between the sync actors of two servers. */
const syncMessageBytes = (
  l: Record<"syncMessageBytesMax" | "keyBytesMax" | "valueBytesMax" | "peersMax", number>,
) =>
  Math.max(l.syncMessageBytesMax, entryBytesMax(l)) + wireLimits.messageSlackBytes +
  l.peersMax * introductionBytesMax;

/** What must hold between bounds. `checkLimits` asserts it, of the default ones when this is loaded. */
export const limitRelations: readonly LimitRelation[] = [
  // ---- what must fit into what ----
  {
    fields: ["keyBytesMax", "valueBytesMax", "frameBytesMax"],
    holds: (l) => entryBytesMax(l) <= l.frameBytesMax,
    rule: "the greatest entry fits in a frame",
  },
  {
    fields: ["scanPageBytesMax", "frameBytesMax"],
    holds: (l) => l.scanPageBytesMax + 64 <= l.frameBytesMax,
    rule: "a page of a Scan fits in a frame",
  },
  {
    fields: ["keyBytesMax"],
    holds: (l) => l.keyBytesMax < 2 ** 13,
    rule: "the length of a key fits in the 13 bits that a record has for it",
  },
  {
    fields: ["cachedTextBytesMax"],
    holds: (l) => l.cachedTextBytesMax < 2 ** 8,
    rule: "the length of a cached text fits in a byte",
  },
  {
    fields: ["syncMessageBytesMax", "keyBytesMax", "valueBytesMax", "peersMax", "linkBytesMax"],
    holds: (l) => syncMessageBytes(l) <= l.linkBytesMax / 2,
    rule: "half of a link holds the greatest message between servers",
  },
  {
    fields: ["syncMessageBytesMax", "keyBytesMax", "valueBytesMax", "peersMax", "frameBytesMax"],
    holds: (l) => syncMessageBytes(l) <= l.frameBytesMax,
    rule: "the greatest message between servers fits in a frame",
  },
  {
    fields: [
      "readAheadBytesMax",
      "syncMessageBytesMax",
      "keyBytesMax",
      "valueBytesMax",
      "outboxBytesMax",
    ],
    holds: (l) =>
      l.readAheadBytesMax + Math.max(l.syncMessageBytesMax, entryBytesMax(l)) <= l.outboxBytesMax,
    rule: "what is read for a peer does not overflow its outbox by itself",
  },
  ...(["syncMessageBytesMax", "diskMessageBytesMax", "diskChunkBytes"] as const).map((field) => ({
    fields: [field],
    holds: (l: Record<typeof field, number>) => l[field] >= 64 * KiB,
    rule: "a message holds more than its envelope",
  })),
  atMost("storeKeyBytesMax", 16 * GiB, "a place is a number of 32 bits, of a word of 4 bytes"),
  atMost("storeValueBytesMax", 16 * GiB, "a place is a number of 32 bits, of a word of 4 bytes"),
  {
    fields: ["storeValueBytesMax"],
    holds: (l) => l.storeValueBytesMax >= 256 * KiB,
    rule: "there is room for a segment of values, and for one to clean it into",
  },
  {
    fields: ["lineCharsMax", "keyBytesMax", "valueBytesMax"],
    holds: (l) => 6 * entryBytesMax(l) <= l.lineCharsMax,
    rule: "a line holds any key and value, each byte of them escaped",
  },
  {
    fields: ["importCharsMax", "frameBytesMax", "outgoingBytesMax"],
    holds: (l) => 3 * l.importCharsMax + l.frameBytesMax <= l.outgoingBytesMax,
    rule: "an import's puts that are under way may wait for a connection, and one more request",
  },
  {
    fields: ["messageChunkBytes", "listPartBytes"],
    holds: (l) => l.messageChunkBytes < l.listPartBytes,
    rule: "a part of a List has memory of its own",
  },
  {
    fields: ["unchargedBytesMax", "connectionBytes"],
    holds: (l) => 2 * l.unchargedBytesMax < l.connectionBytes,
    rule: "a connection is charged for short requests and replies",
  },
  {
    fields: ["peersMax", "awaitedServersMax", "besideEntriesBytesMax"],
    holds: (l) =>
      (l.peersMax + l.awaitedServersMax) * introductionBytesMax + 1 * KiB <=
        l.besideEntriesBytesMax,
    rule: "a message has room for as many servers as it may name",
  },
  {
    fields: [
      "versionNameBytesMax",
      "versionsMax",
      "unknownWritesMax",
      "singleWritesMax",
      "versionBytesMax",
    ],
    holds: (l) =>
      2 * l.versionNameBytesMax + 24 * (l.versionsMax + l.unknownWritesMax) +
          9 * l.singleWritesMax <= l.versionBytesMax,
    rule: "a message has room for all that was seen",
  },
  // ---- how many there may be ----
  ordered("mergeMessageBytesMax", "mergeWindowBytes", "a query actor is sent a whole message"),
  ordered("mergedUntoldBytesMax", "mergeWindowBytes", "what is merged is told before more waits"),
  ordered("clientScanEntries", "scanEntriesMax", "a client asks for no page that is refused"),
  ordered("completionKeysMax", "scanEntriesMax", "completing asks for no page that is refused"),
  ordered("peersMax", "linksMax", "there is a link for each peer"),
  ordered("peersMax", "introductionsMax", "each peer may be named at once"),
  ordered("claimNoticeMs", "introductionMs", "who is not there is told before it is given up"),
  ordered("introductionMs", "refusalMs", "who refuses a caller again is still counted"),
  ordered("rejoinMaxMs", "refusalMs", "who refuses to be joined again is still counted"),
  ordered("introductionsPerHostAtOnce", "introductionsAtOnce", "no host has more than there is"),
  ordered("introductionsPerHostMin", "introductionsPerHostAtOnce", "no more than at first"),
  ordered("introductionsAtOnce", "introductionsMax", "who is dialed was named"),
  ordered("unreachableDrainMs", "closeDrainMs", "who is reached is waited for longer"),
  ordered("timestampMarginMs", "timestampMaxAheadMs", "what is sent is taken"),
  ordered("messageIntroductionsMax", "peersMax", "a message introduces peers"),
  ordered("unmetServersPerHostMax", "unmetServersMax", "no host has more than there is"),
  ordered("unmetServersMax", "introductionsMax", "all that were not met may be met again"),
  ordered("unmetPauseMinMs", "unmetPauseMaxMs", "the first pause is no longer than the longest"),
  ordered("unmetPauseMaxMs", "forgetAfterMs", "who is away is met again before it is forgotten"),
  ordered("peersMax", "connectionsMax", "each peer may connect"),
  ordered("peersMax", "endedIncarnationsMax", "a restart of each peer is remembered"),
  ordered("heavySliceMs", "connectionSliceMs", "who wants little waits no longer for its turn"),
  // ---- the disk ----
  ordered("diskMessageBytesMax", "logSegmentBytes", "a file of the log holds a message"),
  ordered("diskChunkBytes", "diskReadAheadBytes", "something is read ahead"),
  ordered("logSegmentBytes", "foldFromBytes", "a fold finds a whole file of the log"),
  ordered("foldIdleBytesMin", "foldIdleBytes", "an idle server folds no log that is very short"),
  ordered("foldFromBytes", "foldUrgentBytes", "folding is urgent later than it begins"),
  ordered("foldUrgentBytes", "foldBacklogMax", "writes wait for a fold later than that is urgent"),
  {
    fields: ["foldFromSegments", "logSegmentBytes", "foldFromBytes"],
    holds: (l) => l.foldFromSegments * l.logSegmentBytes >= l.foldFromBytes,
    rule: "whole files of the log are folded for their bytes, and not for their number",
  },
  ordered("foldStepMs", "foldStepMsMax", "a step of a fold is no longer than the longest"),
  ordered("foldStepMsMax", "foldPressMs", "a write that waits for a fold waits for a step of it"),
  ordered("windowBytesMin", "windowBytesSlow", "a window shrinks to its least"),
  ordered("windowBytesSlow", "windowBytesFirst", "a window may shrink"),
  ordered("windowBytesFirst", "windowBytesMax", "a window may grow"),
  // ---- times ----
  {
    fields: ["syncMessagesPerSecond", "syncMessagesAtOnce", "syncPaceMs"],
    holds: (l) =>
      (l.syncMessagesPerSecond + 1 - l.syncMessagesAtOnce) * l.syncPaceMs >=
        wireLimits.countedSecondMs,
    rule: "what a second may see is enough for one message at each pace, behind those at once",
  },
  {
    fields: ["syncPaceMs", "peerCheckMs", "ackTimeoutMs"],
    holds: (l) => 2 * l.syncPaceMs + l.peerCheckMs < l.ackTimeoutMs,
    rule: "a message leaves and is looked at before its acknowledgement is overdue",
  },
  {
    fields: ["ackRepeatMs", "heartbeatCheckMs", "ackTimeoutMs"],
    holds: (l) => 2 * (l.ackRepeatMs + l.heartbeatCheckMs) < l.ackTimeoutMs,
    rule: "a connection that is slow shows that it is not dead",
  },
  ordered("ackTimeoutMs", "peerLostMs", "a dead connection is ended before its peer is lost"),
  ordered("stateSenderPatienceMs", "peerLostMs", "another sender is asked before one is lost"),
  ordered("peerDownCheckMs", "stateSenderPatienceMs", "a sender that is down is looked at in time"),
  {
    fields: ["reconnectMaxMs", "dialTimeoutMs", "peerLostMs"],
    holds: (l) => l.reconnectMaxMs + l.dialTimeoutMs < l.peerLostMs,
    rule: "a peer is dialed again before it is lost",
  },
  {
    fields: ["syncPaceMs", "diskPaceMs", "closeDrainMs"],
    holds: (l) => 3 * l.syncPaceMs + l.diskPaceMs < l.closeDrainMs,
    rule: "a server that stops has the time to hand over what it accepted",
  },
  {
    fields: ["threadBeatMs", "threadPatienceMs"],
    holds: (l) => 2 * l.threadBeatMs <= l.threadPatienceMs,
    rule: "a thread is asked more than once before it counts as ended",
  },
  ...(["ackTimeoutMs", "silenceMsMax"] as const).map((field) => ({
    fields: ["standstillMs" as const, field],
    holds: (l: Record<typeof field | "standstillMs", number>) => 2 * l.standstillMs < l[field],
    rule: "a standstill that counts as time passed is no silence",
  })),
  ordered("reconnectMinMs", "reconnectMaxMs", "the first pause is no longer than the longest"),
  ordered("joinRetryMinMs", "joinRetryMaxMs", "the first pause is no longer than the longest"),
  ordered("joinRetryMinMs", "rejoinMaxMs", "the first pause is no longer than the longest"),
  ordered("rejoinFirstMs", "describeTimeoutMs", "a start does not wait longer than later on"),
  ordered("callTimeoutMs", "silenceMsMax", "one slow answer does not end a connection"),
  {
    fields: ["failoverTimeoutMs", "callTimeoutMs"],
    holds: (l) => 2 * l.failoverTimeoutMs <= l.callTimeoutMs,
    rule: "there is time to ask another server",
  },
];

checkLimits(defaultLimits);

/**
 * The default bounds, some of them replaced.
 *
 * @throws {RangeError} as `checkLimits` does.
 */
export function withLimits(overrides: Partial<Limits>): Limits {
  const limits = { ...defaultLimits, ...overrides };
  checkLimits(limits);
  return limits;
}

/**
 * Asserts that each bound is one, and that they agree with each other and the fixed ones.
 *
 * @param limits the fixed ones among them stand in for those that are compiled in: for tests
 * @throws {RangeError} with the names and values of those that do not.
 */
export function checkLimits(limits: Limits & Partial<Record<keyof AllLimits, number>>): void {
  const all = { ...wireLimits, ...appLimits, ...limits };
  const named = (fields: readonly (keyof AllLimits)[]) =>
    fields.map((field) => `${field} ${all[field]}`).join(", ");
  for (const field of Object.keys(all) as (keyof AllLimits)[]) {
    const isCount = !/Ms(Max)?$/.test(field);
    if (all[field] > 0 && all[field] < Infinity && (!isCount || Number.isInteger(all[field]))) {
      continue;
    }
    const allowed = isCount ? "a whole number" : "a time";
    throw new RangeError(`Cannot use ${named([field])} as a bound: allowed is ${allowed} above 0`);
  }
  for (const { fields, holds, rule } of limitRelations) {
    if (!holds(all)) throw new RangeError(`Cannot use ${named(fields)} together: ${rule}`);
  }
}

function ordered(lesser: keyof AllLimits, greater: keyof AllLimits, rule: string): LimitRelation {
  return { fields: [lesser, greater], holds: (l) => l[lesser] <= l[greater], rule };
}

function atMost(field: keyof AllLimits, bound: number, rule: string): LimitRelation {
  return { fields: [field], holds: (l) => l[field] <= bound, rule };
}
