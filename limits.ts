/**
 * Everything that can grow, and its bound: one constant each, with its unit in its name and what
 * happens there in its doc. Nothing else in the project states such a number.
 *
 * @module
 */

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

// ---- the wire -------------------------------------------------------------------------------

/** A longer frame (or one of length 0) ends the connection it came on. */
export const frameBytesMax = 16 * MiB;

/** First size of a connection's receive buffer, and what it shrinks back to after a long frame. */
export const receiveBufferBytes = 64 * KiB;

/** First size of a buffer that gathers what is to leave on a connection. */
export const sendBufferBytes = 16 * KiB;

/** Open connections per listening port; a further one is closed as soon as it is accepted. */
export const connectionsMax = 10_000;

/** A longer method name is unknown: it is neither read nor repeated in the error reply. */
export const methodBytesMax = 64;

/** Nesting of a value on the wire or in a message; a deeper one is refused. */
export const valueDepthMax = 128;

/** Texts kept for the next message that has them, so many keys and so many others; the next takes a place. */
export const cachedTexts = 256;

/** A longer text is not kept. */
export const cachedTextBytesMax = 32;

/** Texts in a longer buffer are not looked up: the last one looked into stays in memory. */
export const cachedFromBytesMax = 1 * MiB;

/**
 * Once the replies to one read are this long they are written before the rest of that read is
 * executed: a reader who is slower than its own questions costs this much memory (plus one frame).
 */
export const replyBatchBytesMax = 1 * MiB;

/** While more replies of a connection than this are to come later, no more of it is executed. */
export const laterMax = 1_024;

/** A connection ended for a fault is read on (and ignored) for so long, that its last reply arrives. */
export const lingerMs = 500;

/** A connection ended for a fault is read on for so many bytes at the most. */
export const lingerBytesMax = 1 * MiB;

// ---- keys and values ------------------------------------------------------------------------

/** A longer key or prefix is answered with `too_large`. */
export const keyBytesMax = 4 * KiB;

/** A longer value is answered with `too_large`. */
export const valueBytesMax = 8 * MiB;

/** The most entries that one Scan may ask for; a higher limit is answered with `bad_request`. */
export const scanEntriesMax = 10_000;

/** A page of a Scan ends before it passes this (or after one entry); the next page goes on there. */
export const scanPageBytesMax = 1 * MiB;

/**
 * Bytes of the keys of a replica, and of what is kept beside each; past it a Put of another key is
 * answered with `overloaded`. Over 100 million keys.
 */
export const storeKeyBytesMax = 8 * GiB;

/**
 * Bytes of the values of a replica that are no longer than 4 KiB, what is lost between them included; a
 * Put that would pass it is answered with `overloaded`.
 */
export const storeValueBytesMax = 16 * GiB;

// ---- actors ---------------------------------------------------------------------------------

/** Marshalled messages share memory in pieces of this size; a longer message gets a piece of its own. */
export const messageChunkBytes = 64 * KiB;

/** Messages that an actor handles before the next actor's turn. */
export const schedulerQuantum = 64;

/** After this long the scheduler lets the event loop serve sockets and timers. */
export const schedulerSliceMs = 5;

/** Receivers per sender whose message rate is watched before idle ones are forgotten. */
export const ratePairsMax = 1_024;

/**
 * Bytes that wait for a link to another system, the upper half reserved for senders that keep within
 * its room; an ordinary message past half of it, and any past all of it, is dropped and counted.
 * Half of it holds the largest message between replicas.
 */
export const linkBytesMax = 20 * MiB;

/** Systems that a system has links to; a message to one more is dropped and counted. */
export const linksMax = 1_024;

/** First pause before a lost link is dialed again; doubles each time, with jitter. */
export const reconnectMinMs = 100;

/** Longest pause before a lost link is dialed again. */
export const reconnectMaxMs = 1_000;

// ---- servers --------------------------------------------------------------------------------

/** Query actors of one server; more are refused at start. */
export const queryActorsMax = 256;

/**
 * A process in which nothing runs for twice as long as this stood still, and the time does not count for
 * deadlines: a suspended process, a paused container, a laptop asleep.
 */
export const standstillMs = 1_000;

/** How often a further thread of a server is asked whether it is there. */
export const threadBeatMs = 5_000;

/** A thread that answers nothing for so long counts as ended: the server ends with it. */
export const threadPatienceMs = 30_000;

/** Bytes on a wire that is delayed on purpose; a write past it waits. */
export const delayedBytesMax = 64 * MiB;

// ---- sync -----------------------------------------------------------------------------------

/**
 * Least time between two sync messages of one actor to another one, so that no second, wherever it
 * begins, sees more than ten of them.
 */
export const syncPaceMs = 105;

/** Bytes of the entries in a sync message; a single entry may be longer. */
export const syncMessageBytesMax = 1 * MiB;

/** Messages to a peer that are in flight; at the bound, sending waits for an acknowledgement. */
export const inFlightMessagesMax = 64;

/**
 * Bytes of the entries in the outbox of a peer. Past it the outbox is emptied, and the peer is sent
 * the whole state anew, as a joining server is.
 */
export const outboxBytesMax = 64 * MiB;

/** While more bytes than this are in the outbox of a peer, no part of the state is read for it. */
export const readAheadBytesMax = 2 * MiB;

/** Entries that one turn walks over when the state is read for another server. */
export const readEntriesMax = 20_000;

/**
 * An acknowledgement is overdue after this time, and the time that the bytes on their way take at
 * `slowestLinkBytesPerMs`. The connection is ended then, and what is in flight is sent again on the
 * next one.
 */
export const ackTimeoutMs = 5_000;

/** A slower link than this counts as dead: 64 KiB, or half a megabit, a second. */
export const slowestLinkBytesPerMs = 64;

/** How often a peer is checked while an acknowledgement is missing, or its link is down. */
export const peerCheckMs = 250;

/** A joining server requests the state of another peer when the sender is silent for so long. */
export const stateSenderPatienceMs = 5_000;

/** A peer neither reached nor heard for so long is lost: the others make up for what it sent. */
export const peerLostMs = 30_000;

/** Incarnations of restarted peers that are remembered; past it the oldest is forgotten. */
export const deadIncarnationsMax = 1_000;

/** How long a server that stops goes on syncing, to hand over what it accepted. */
export const closeDrainMs = 5_000;

/** An entry that is this far ahead of the clock is counted and logged when it is merged. */
export const futureToleranceMs = 60_000;

/** Other servers that a server syncs with; more are ignored. */
export const peersMax = 256;

// ---- clients --------------------------------------------------------------------------------

/** How long a call may take before it fails with a `TimeoutError`, unless the caller says otherwise. */
export const callTimeoutMs = 5_000;

/** How long a client waits for a connection before it counts the address as unreachable. */
export const dialTimeoutMs = 5_000;

/** Bytes of requests that wait for a connection; a call past it fails, and may be made again. */
export const outgoingBytesMax = 512 * MiB;

/** After so long without a byte from the server, the next call that expires ends the connection. */
export const silenceMsMax = 10_000;

/** Entries per page when a client scans. */
export const clientScanEntries = 1_000;

/** Pages without an entry that a scan puts up with in a row; then the server counts as broken. */
export const emptyPagesMax = 10;

/**
 * As `callTimeoutMs`, for a player with several servers: one that is silent for so long is left, and
 * there is time to ask another.
 */
export const failoverTimeoutMs = 2_500;

/** How often the nearest router asks each address for a pong. */
export const probeIntervalMs = 2_000;

/** How long a server that is to be joined may take to describe itself. */
export const describeTimeoutMs = 3_000;

/** First pause before a server that is to be joined, and could not be, is asked again; doubles each time. */
export const joinRetryMinMs = 200;

/** Longest pause before that. */
export const joinRetryMaxMs = 5_000;

/** Characters of a line of input; a longer one is refused. Holds any key and value, escaped. */
export const lineCharsMax = 64 * MiB;

/** Results are written in pieces of this many characters, the last one aside. */
export const outputBatchChars = 64 * KiB;

/** Puts of an import that are under way; the next one waits for one of them. */
export const importPutsMax = 4_096;

/** Characters of keys and values that are under way in an import, or one entry. */
export const importCharsMax = 4 * MiB;

/** How long a put of an import may take, behind all those that are under way. */
export const importTimeoutMs = 30_000;

/** Lines that an import passes over because they are no entries; at one more it stops. */
export const importFaultsMax = 20;

/** Characters of keys and values that a watch remembers; past it, it ends with an error. */
export const watchedCharsMax = 256 * MiB;

/** How often a watch looks, unless it is told otherwise. */
export const watchIntervalMs = 1_000;

/** The same signal within this time is the echo of one key press. */
export const signalEchoMs = 250;

/** How often a progress bar is drawn. */
export const progressIntervalMs = 100;

/** Characters that were typed before anybody asked for them; past it no more are read until some are used. */
export const typeAheadCharsMax = 64 * KiB;

/** What completes a word at a terminal gives up after this. */
export const completionTimeoutMs = 100;

/** Keys that are looked at to complete one: a page of a Scan. */
export const completionKeysMax = clientScanEntries;

/** Candidates for a word that are shown; of more than these it is said how many there are. */
export const candidatesShownMax = 100;

/** Lines of history that outlive a run; older ones are forgotten. */
export const historyLinesMax = 1_000;

/** A longer line is not kept in the history. */
export const historyLineCharsMax = 4_096;

/** How long `play` waits for whoever has its world to say where they answer. */
export const ownerPatienceMs = 3_000;

/** How often `status --watch` asks again. */
export const statusIntervalMs = 1_000;

// ---- disk -----------------------------------------------------------------------------------

/**
 * Least time between two messages of a query actor to the disk, unless answers wait for it: what is
 * put again and again meanwhile is written once.
 */
export const diskPaceMs = 100;

/** A message to the disk holds entries up to this, or one entry. */
export const diskMessageBytesMax = 256 * KiB;

/** Entries are read from a data file in chunks of about so many bytes. */
export const diskChunkBytes = 256 * KiB;

/**
 * Bytes of the log of a data directory from which on it is folded into the file. A larger bound folds
 * less often, and leaves more to be read at the start.
 */
export const foldFromBytes = 32 * MiB;

/** A file of the log that is this long is appended to no more: a fold reads one at a time. */
export const logSegmentBytes = 4 * MiB;

/** Files of the log from which on it is folded, however short they are: a crash may leave one. */
export const foldFromSegments = 32;

/** Idle time after the last write before a fold starts. */
export const foldQuietMs = 20;

/** Bytes of the log from which on it is folded between writes too. */
export const foldUrgentBytes = 64 * MiB;

/** How long a step of a fold takes: no longer than the pauses between the writes of a busy server. */
export const foldStepMs = 0.5;

/** The longest step of a fold, after a long idle time. The next write waits for it, once. */
export const foldStepMsMax = 5;

/** Bytes of the log above which each write to the disk waits for a step of the fold. */
export const foldBacklogMax = 128 * MiB;

/** Time given to the fold before each write while the backlog lasts. */
export const foldPressMs = 20;

/** How often a server says how far it has come with reading its data. */
export const loadNoticeMs = 1_000;

/** How often a disk that refuses to be written is tried again. */
export const diskRetryMs = 500;

/** How long a server that starts again waits for those it knew before, until it goes on without. */
export const rejoinFirstMs = 500;

/** How often it asks those that do not answer, in the long run. */
export const rejoinMaxMs = 60_000;
