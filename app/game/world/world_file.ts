/**
 * The form of a world: what a world file may hold, and what must hold of it. `docs/world.md` tells it to
 * those who write one.
 *
 * @module
 */

import { countMax } from "./bounds.ts";
import { directions } from "./directions.ts";
import { type Checked, fault, fields, list, text, truth, whole, word } from "./schema.ts";

/** The version of the form that this program reads. */
export const worldFormat = 1;

const line = text(200);
const lines = list(line, 1, 20);
const command = word(/^[a-z0-9_]{1,16}$/, "a word of a to z, 0 to 9 and _, 16 at most");
const rankName = word(
  /^[A-Z][A-Za-z]{0,15}$/,
  "a word of letters with a capital one in front, 16 at most",
);
const percent = whole(-90, 900);

const perk = fields({}, {
  mining: percent,
  steps: percent,
  supply: percent,
  prices: whole(-90, 90),
  breaks: whole(-5, 3),
  seconds: whole(-4, 4),
});

const need = fields({}, {
  /** The thing that has to be read. */
  read: command,
  /** The person to be talked to. */
  talk: command,
  /** Somebody of another rank has to sign. */
  sign: truth,
});

const rank = fields({ name: rankName }, {
  /** Who has it: "a Masters student". */
  title: line,
  problem: fields({ steps: whole(1, countMax), story: lines, solved: line }, {
    stages: list(fields({ left: whole(1, countMax), needs: need, story: line }, {}), 0, 5),
  }),
  /** The story of how one comes to have it. */
  rise: lines,
  /** Courses of which who has it takes one. */
  courses: list(fields({ course: command, title: line, perk }, {}), 2, 5),
});

const hardware = fields({
  kind: command,
  title: line,
  one: line,
  price: whole(1, countMax),
  power: whole(1, countMax),
  watts: whole(0, countMax),
  from: rankName,
}, {});

const facility = fields({
  kind: command,
  title: line,
  price: whole(1, countMax),
  from: rankName,
}, {
  /** Where alone it is sold. */
  place: command,
  watts: whole(1, countMax),
  perk,
});

const place = fields({ place: command, title: line, view: line, ways }, { perk });

const thing = fields({ thing: command, place: command, text: lines }, { hidden: truth });

const person = fields({
  person: command,
  title: line,
  place: command,
  says: list(fields({ lines }, { from: rankName }), 1, 10),
}, {
  /** Signs for so many coins what a colleague would sign for nothing. */
  signsFor: list(whole(0, countMax), 1, 20),
});

const event = fields({ event: command, begins: line, ends: line, perk }, { place: command });

const title = fields({
  title: line,
  for: fields({}, {
    read: whole(1, 1_000),
    met: whole(1, 1_000),
    mined: whole(1, countMax),
    signed: whole(1, 1_000),
    terms: whole(1, 1_000),
    rank: rankName,
  }),
}, {});

const worldCheck = fields({
  format: whole(worldFormat, worldFormat),
  title: line,
  beginning: lines,
  start: command,
  watts: whole(1, countMax),
  ranks: list(rank, 2, 20),
  hardware: list(hardware, 1, 20),
  places: list(place, 1, 50),
}, {
  facilities: list(facility, 0, 50),
  things: list(thing, 0, 200),
  people: list(person, 0, 50),
  events: list(event, 0, 50),
  titles: list(title, 0, 50),
  term: fields({ days: whole(1, 3_650) }, { perk }),
});

/** A world as its file has it, well-formed. */
export type WorldFile = Checked<typeof worldCheck>;

/** What a world file has that is no world file, or not one that can be played. */
export class WorldFileError extends Error {
  static {
    this.prototype.name = "WorldFileError";
  }

  /** @param faults each with where it is, what was found there and what is allowed */
  constructor(readonly faults: readonly string[]) {
    super(faults.join("\n"));
  }
}

/**
 * The world that `data` is, as `JSON.parse` gave it.
 *
 * @throws {WorldFileError} It is none.
 */
export function checkWorld(data: unknown): WorldFile {
  const faults: string[] = [];
  const world = worldCheck(data, "", faults);
  // What names something else is looked up only where everything has its form.
  if (faults.length === 0) checkNames(world, faults);
  if (faults.length > 0) throw new WorldFileError(faults);
  return world;
}

function ways(value: unknown, path: string, faults: string[]): Readonly<Record<string, string>> {
  const optional = Object.fromEntries(directions.map((direction) => [direction, command]));
  return fields({}, optional)(value, path, faults) as Record<string, string>;
}

/** Checks that names name something, and nothing twice. */
function checkNames(world: WorldFile, faults: string[]): void {
  const {
    ranks,
    hardware,
    facilities = [],
    places,
    things = [],
    people = [],
    events = [],
    titles = [],
  } = world;
  const names = {
    ranks: unique(ranks.map(({ name }) => name), "ranks", "name", faults),
    places: unique(places.map(({ place }) => place), "places", "place", faults),
    things: unique(things.map(({ thing }) => thing), "things", "thing", faults),
    people: unique(people.map(({ person }) => person), "people", "person", faults),
  };
  const kinds = [...hardware, ...facilities].map(({ kind }) => kind);
  unique(kinds, "hardware and facilities", "kind", faults);
  unique(events.map(({ event }) => event), "events", "event", faults);
  const known = (path: string, name: string | undefined, among: readonly string[]) => {
    if (name === undefined || among.includes(name)) return;
    fault(faults, path, name, among.join(", ") || "nothing, as there are none");
  };
  known("start", world.start, names.places);
  for (const [i, { ways }] of places.entries()) {
    for (const [direction, place] of Object.entries(ways)) {
      known(`places[${i}].ways.${direction}`, place, names.places);
    }
  }
  for (const [i, { from }] of hardware.entries()) known(`hardware[${i}].from`, from, names.ranks);
  for (const [i, { from, place }] of facilities.entries()) {
    known(`facilities[${i}].from`, from, names.ranks);
    known(`facilities[${i}].place`, place, names.places);
  }
  for (const [i, { place }] of things.entries()) known(`things[${i}].place`, place, names.places);
  for (const [i, { place, says, signsFor }] of people.entries()) {
    known(`people[${i}].place`, place, names.places);
    for (const [j, { from }] of says.entries()) {
      known(`people[${i}].says[${j}].from`, from, names.ranks);
    }
    if (signsFor !== undefined && signsFor.length !== ranks.length - 1) {
      fault(
        faults,
        `people[${i}].signsFor`,
        signsFor,
        `a price for each rank but the last: ${ranks.length - 1}`,
      );
    }
  }
  for (const [i, { place }] of events.entries()) known(`events[${i}].place`, place, names.places);
  for (const [i, each] of titles.entries()) {
    known(`titles[${i}].for.rank`, each.for.rank, names.ranks);
  }
  if (hardware[0].from !== ranks[0].name) {
    fault(
      faults,
      "hardware[0].from",
      hardware[0].from,
      `${ranks[0].name}: it is what everybody starts with`,
    );
  }
  checkRanks(world, names, known, faults);
}

function checkRanks(
  { ranks, people = [] }: WorldFile,
  names: { things: readonly string[]; people: readonly string[] },
  known: (path: string, name: string | undefined, among: readonly string[]) => void,
  faults: string[],
): void {
  for (const [i, { problem, rise }] of ranks.entries()) {
    const isLast = i === ranks.length - 1;
    if (isLast && problem !== undefined) {
      faults.push(`ranks[${i}].problem: found one, and the last rank has none`);
    }
    if (!isLast && problem === undefined) {
      faults.push(`ranks[${i}].problem: found nothing, and it is needed`);
    }
    if (i > 0 && rise === undefined) {
      faults.push(`ranks[${i}].rise: found nothing, and it is needed`);
    }
    for (const [j, { needs, left }] of problem?.stages?.entries() ?? []) {
      const path = `ranks[${i}].problem.stages[${j}]`;
      if (left > problem!.steps) {
        fault(faults, `${path}.left`, left, `at most ${problem!.steps}, its steps`);
      }
      known(`${path}.needs.read`, needs.read, names.things);
      known(`${path}.needs.talk`, needs.talk, names.people);
      if (needs.sign && !people.some(({ signsFor }) => signsFor !== undefined)) {
        faults.push(
          `${path}.needs.sign: found no person with signsFor, and who is alone needs one`,
        );
      }
    }
  }
}

/** The `names`, and a fault for each that stands there twice. */
function unique(
  names: readonly string[],
  path: string,
  field: string,
  faults: string[],
): readonly string[] {
  for (const name of new Set(names.filter((name, i) => names.indexOf(name) !== i))) {
    faults.push(`${path}: found the ${field} ${JSON.stringify(name)} twice, allowed is once`);
  }
  return names;
}
