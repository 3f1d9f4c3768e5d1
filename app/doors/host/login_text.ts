/** Every sentence that is said at a door before the game begins, and when it is over. */

import { doorLimits } from "../../../limits.ts";

const { passwordCharsMin, passwordCharsMax } = doorLimits;

/** What it is, for who has got a link and nothing else. */
export const about =
  "A game in words: dig for coins, buy machines, and solve problems for a degree, alone or together.";

/** Asks who is there. */
export const askName = "What is your name? With a new one you enrol; with your own you go on.";

/** In front of a name. */
export const namePrompt = "Name: ";
/** In front of a password. */
export const passwordPrompt = "Password: ";
/** In front of a new one. */
export const newPasswordPrompt = "New password: ";
/** In front of it once more. */
export const againPrompt = "The same again: ";

/** For a name that nobody has. */
export function newName(name: string): string {
  return `Nobody is called ${name} yet. Choose a password of at least ${passwordCharsMin} characters, ` +
    "and the name is yours; Enter alone asks for another name.";
}

/** For a character that was played without a door. */
export function unclaimed(name: string): string {
  return `There is a student called ${name} whom nobody has claimed. If that is you, choose a ` +
    `password of at least ${passwordCharsMin} characters, and nobody else gets in; ` +
    "Enter alone asks for another name.";
}

/** For a password that is not taken. */
export const badPassword =
  `A password has ${passwordCharsMin} to ${passwordCharsMax} characters, any of them.`;
/** The two are not one. */
export const differentPasswords = "These are two different ones. Once more.";
/** It is not the owner's. */
export const wrongPassword = "That is not it.";

/** Somebody else did the same at another door. */
export const claimedMeanwhile = "Somebody else has just taken that name.";

/** Passwords are tried too often. */
export function waitForIt(ms: number): string {
  return `Too many wrong passwords. Try again in ${Math.ceil(ms / 1_000)} seconds.`;
}

/** The name may not come in. */
export function banned(why: string): string {
  return because("You may not come in", why);
}

/** The name, which is in, may not stay. */
export function sentAway(why: string): string {
  return because("You may not stay", why);
}

function because(what: string, why: string): string {
  return why === "" ? `${what}.` : `${what}: ${why}.`;
}

/** What is asked of the store is not answered. */
export const storeAway = "The world does not answer at the moment. Try again.";
/** Too many passwords are hashed at once. */
export const tooBusy = "There is a crowd at the door. Try again in a moment.";

/** There is no room. */
export const full = "There is no room for anybody else at the moment. Come back later.";
/** Too many connections from one address. */
export const tooManyFromHere = "There are too many of you already, from where you come.";

/** For a connection that is left for another one. */
export const takenOver = "You have come in through another door, and go on there.";
/** For a connection that goes on with a session. */
export const back = "You are back.";

/** The same, before what was missed. */
export const backAgain = "You are back. While you were away:";

/** Sent away before anybody said who it is. */
export const tooLate = "Nobody says who is there. Come back whenever you like.";
/** Sent home. */
export const idle =
  "You have typed nothing for a long time. Go home, and come back whenever you like.";
/** The host stops. */
export const closing = "The door closes now. All that you have done is kept; come back later.";
/** A bug ended the game. */
export const failed =
  "Something is broken at our end, and your game with it. What you have done is kept.";
