/**
 * The story: how it begins, what stands between two ranks, and what comes of solving it.
 *
 * A line is one sentence or two, told with a pause after it.
 *
 * @module
 */

import type { Rank } from "../world/world.ts";

/** How it all began, for newcomers. */
export const beginning = [
  "Distributed systems, last row. You are an undergraduate at Carnegie Mellon.",
  "Somebody mentions a strange new coin that computers dig out of arithmetic.",
  "It is worth nothing, and everybody laughs. You write the address down.",
  "That night, at home, your laptop's fan comes on and does not go off again.",
  "Type mine 3 to dig for coins, shop to spend them, solve for a degree, or help.",
];

/** The problem that each rank faces. */
export const problemOf: ReadonlyMap<Rank, readonly string[]> = new Map([
  ["Undergraduate", [
    "A travelling salesman wants to see 50 cities and go home by the shortest way.",
    "You were taught clever ways to do this. You are going to try everything.",
  ]],
  ["Masters", [
    "The take-home midterm is one line, a SHA-1 hash. Find out what was hashed.",
    "It is a matter of patience, says the professor, and smiles.",
  ]],
  ["PhD", [
    "You are to train a language model, the newest and the largest there is.",
    "Nobody knows what it will say. You will find out, epoch by epoch.",
  ]],
  ["PostDoc", [
    "Does P equal NP? There is a million on it, and you have a quantum computer.",
    "It holds every answer already. It only has to be asked in the right way.",
  ]],
  ["Professor", [
    "One question is left: enlightenment, and the meaning of life.",
    "For this you are going to need dark matter.",
  ]],
]);

/** What happens to whoever rises to each rank. */
export const riseTo: ReadonlyMap<Rank, readonly string[]> = new Map([
  ["Masters", [
    "The shortest tour is found. The salesman thanks you and takes the plane.",
    "You ought to be content. But 50 cities look small from here.",
    "So you stay for the Masters, and take the graduate course as well.",
    "You are now a Masters student.",
  ]],
  ["PhD", [
    "You hand it in with four minutes to spare. What had been hashed was: patience.",
    "In the corridors they say deep learning now, with a look in their eyes.",
    "You think of your GPUs, and join the PhD programme.",
    "You are now a PhD student.",
  ]],
  ["PostDoc", [
    "The last epoch ends. You type hello. It asks whether you have slept lately.",
    "It is alive, more or less, and has opinions on complexity theory.",
    "With a colleague like that one could try something hard.",
    "You are now a PostDoc.",
  ]],
  ["Professor", [
    "The answer is yes. All over the world, people who keep secrets sit down.",
    "You collect the prize money, and spend it all on machines.",
    "The department gives you a door with your name on it.",
    "You are now a Professor.",
  ]],
  ["Retired", [
    "One evening, with nobody there, the machines finish at last.",
    "The fans run down. You had forgotten what silence sounds like.",
    "The answer is on the screen. You read it twice, laugh, and turn off the light.",
    "You are now Retired. Thank you for playing.",
  ]],
]);
