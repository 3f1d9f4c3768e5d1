/**
 * Everything in the game that can grow, and its bound, with what happens there.
 *
 * @module
 */

/** The longest name; a longer one is refused with a sentence. */
export const nameCharsMax = 24;

/** A longer line of input is refused unread. */
export const typedCharsMax = 1_000;

/** Lines that may wait until what was typed before them is done; further ones are dropped, and said to be. */
export const typedAheadLinesMax = 1_000;

/** What is typed during a command is seen from so long after the command's beginning on. */
export const unseenTypingMs = 200;

/** Aliases of a player; a further one is refused. */
export const aliasesMax = 100;

/** The longest word that may be an alias. */
export const aliasWordCharsMax = 24;

/** The longest that an alias may stand for. */
export const aliasCharsMax = 300;

/** Of what a player typed, so much is quoted back. */
export const quotedCharsMax = 40;

/** The most attempts of one `mine`; more are refused. So many may take 11 hours. */
export const mineAttemptsMax = 10_000;

/** The most attempts at a problem in one command. */
export const battleAttemptsMax = 1_000;

/** Whoever mines for longer than this is told before how long that may be. */
export const untoldSecondsMax = 60;

/**
 * The greatest count in any record; a record with a greater one is not well-formed. All sums of
 * powers and prices of so many things are safe integers.
 */
export const countMax = 1_000_000_000_000;

/** The most coins that a player can ever have mined; coins beyond it are not found. */
export const creditsMax = countMax;

/** Digits of a deed's number in its key: as many for every deed, so that keys sort by number. */
export const deedDigits = 12;

/**
 * The last number of a deed that fits its digits. All deeds after it have this number too: the
 * session then says which is later, and a session that has used it ends.
 */
export const deedNumberMax = 10 ** deedDigits - 1;

/** Deeds whose numbers differ in so many last digits only are a chapter, and are read together. */
export const chapterDigits = 1;

/** The last round of a problem: in it every hit is one that finishes. */
export const roundMax = 999_999_999;

/**
 * A round is in play only if it is at most so far ahead of one before it that anyone has hit (or of
 * the start): a record further ahead is skipped. As many rounds may go missing, or arrive late.
 */
export const roundsAheadMax = 8;

/** Names that the map shows per place; of the others it gives the number. */
export const mapNamesMax = 12;

/** The longest that an attempt at mining or solving takes, in whole seconds. */
export const attemptSecondsMax = 4;

/** The wait between two sentences of a story. */
export const storyPauseMs = 2_000;

/**
 * A write-once write is repeated at the next server unless the last one lived on for so long after
 * it: by then it has told the others.
 */
export const repeatWindowMs = 5_000;

/** A step that has not succeeded for so long is not begun again: its player hears of the failure. */
export const patienceMs = 4_000;

/** Who leaves waits no longer than this for what is owed to be written. */
export const farewellMs = 3_000;

/** Who hit a round, or turned to it, within so long of its end may have ended it. */
export const rivalMs = 60_000;

/** A round that is over and has promoted nobody is settled by its readers after so long. */
export const settleAfterMs = 3_000;

/**
 * What happens stands in the store by the stretch of time in which it does, so long each. A reader
 * looks at three: clocks may differ by nearly one, and the longer they are, the more is read.
 */
export const eventBucketMs = 20_000;

/** Of what one session does in one place in one bucket, so much is told; then nothing is said. */
export const eventsPerBucketMax = 8;

/**
 * Events of a session in a bucket that share a record: each one is told with those before it there. With
 * fewer there would be more keys in the store, for good.
 */
export const eventsPerRecordMax = 2;

/**
 * Of those, so many are told unasked; a further one is not told, and there is room to speak. A problem
 * solved and the leaving are told while there is any.
 */
export const unaskedEventsPerBucketMax = 5;

/** Behind so many no find is told: who digs fast is still seen to come and go. */
export const findsPerBucketMax = 3;

/** The longest thing said; a longer one is refused. */
export const saidCharsMax = 300;

/** A find of so many coins is told to others, if it is also about the most that could be found. */
export const bigFindCoinsMin = 10;

/** Of the coins that could be found, a find is big from this share on. */
export const bigFindShare = 0.9;

/** Pause between two polls of the events around a player or a spectator at a terminal, */
export const pollIntervalMs = 500;

/** and where all of them are heard: what is told with no event, such as a sign of life, waits so long. */
export const heardIntervalMs = 2_000;

/** A poll that is not answered for so long shows that the player is offline: 3 s after the loss at most. Who
 * listens polls once the server has not answered for `listenPingMs` and `listenPatienceMs`. */
export const offlineMs = 1_500;

/** Signs of life stand in the store by the stretch of time in which they were given, so long each. */
export const presenceBucketMs = 300_000;

/** How often whoever plays gives a sign of life. */
export const heartbeatMs = 20_000;

/** Whoever has given no sign of life for so long is not playing any more. */
export const presentMs = 60_000;

/** Players named as being somewhere, or as playing; of the others the number is given. */
export const presentNamesMax = 50;

/** The best players, as many as are named. */
export const leadersMax = 10;

/** Lines of news that wait for the end of the line being typed; of more, the oldest are left out. */
export const heldLinesMax = 50;

/** News that a player is known to have been told; of more, the oldest are forgotten. */
export const toldNewsMax = 200;

/** Of so many attempts in a row, whoever has lines read aloud is told once. */
export const spokenEvery = 5;

/** What happens to everybody changes so often. */
export const worldEventMs = 300_000;

/** The most retirements in earlier terms that still make something easier. */
export const careersMax = 3;

/** So many terms back it is looked what somebody came to who did not play since. */
export const careerTermsMax = 12;

/** A term ends after so many days where its world does not say. */
export const termDaysDefault = 28;

/** What is said on the channel stands in the store by the stretch of time, so long each. */
export const chatBucketMs = 3_600_000;

/** So many hours back it is looked for lines of the channel. */
export const chatHoursMax = 24;

/** Lines of the channel that are shown at once. */
export const chatLinesShown = 20;

/** Letters that are shown at once, the newest. */
export const lettersShown = 20;

/** Players whom one player can ignore. */
export const ignoredMax = 100;

/** The most in a study group. */
export const groupSizeMax = 4;

/** Whoever typed nothing for so long is said to be idle. */
export const idleMs = 180_000;
