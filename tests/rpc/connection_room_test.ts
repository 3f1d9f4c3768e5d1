import { ConnectionRoom, type Occupant, type Standing } from "../../rpc/mod.ts";
import { LocalFigure } from "../../rpc/memory_account.ts";
import { assertEquals } from "../deps.ts";

/** Connections that take places in a room, and make way. */
class Places {
  readonly room: ConnectionRoom;
  /** Those that made way, in order. */
  readonly gone: string[] = [];

  constructor(max: number) {
    this.room = new ConnectionRoom(max, new LocalFigure());
  }

  /** One that comes, if there is room. */
  come(
    host: string,
    name: string,
    standing: Standing = "silent",
  ): Occupant & { standing: Standing } {
    const occupant = {
      host,
      standing,
      makeWay: () => {
        this.gone.push(name);
        this.room.remove(occupant);
      },
    };
    this.room.add(occupant);
    return occupant;
  }
}

Deno.test("there is room for so many connections, and for others when some are gone", () => {
  const { room, come } = bound(new Places(2));
  const one = come("a", "1");
  assertEquals([room.hasRoom, room.size], [true, 1]);
  come("a", "2");
  assertEquals(room.hasRoom, false);
  room.remove(one);
  assertEquals([room.hasRoom, room.size], [true, 1]);
});

Deno.test("the oldest that is silent makes way, and none that is established", () => {
  const { room, come, gone } = bound(new Places(3));
  come("a", "established", "established");
  const late = come("a", "late");
  come("a", "silent");
  come("a", "younger");
  late.standing = "established";
  assertEquals([room.makeRoom("b"), room.makeRoom("b"), room.makeRoom("b")], ["a", "a", undefined]);
  assertEquals(gone, ["silent", "younger"]);
  assertEquals(room.size, 2);
});

Deno.test("who claims something makes way after all of its host that are silent", () => {
  const { room, come, gone } = bound(new Places(4));
  come("a", "claims", "claiming");
  come("a", "claims too", "claiming");
  come("a", "silent");
  while (room.makeRoom("b") !== undefined);
  assertEquals(gone, ["silent", "claims", "claims too"]);
});

Deno.test("the host that has most of those that are not established makes way first", () => {
  const { room, come, gone } = bound(new Places(10));
  come("few", "few 1");
  const many = [1, 2, 3].map((i) => come("many", `many ${i}`));
  // These are clients, however many there are.
  for (let i = 0; i < 5; i++) come("clients", `client ${i}`).standing = "established";
  const [, , third] = many;
  assertEquals(room.makeRoom("new"), "many");
  assertEquals(room.makeRoom("many"), "many");
  third.standing = "established";
  assertEquals([room.makeRoom("many"), room.makeRoom("many")], ["few", undefined]);
  assertEquals(gone, ["many 1", "many 2", "few 1"]);
});

Deno.test("the next connection counts as one of its host", () => {
  const { room, come, gone } = bound(new Places(4));
  for (const host of ["a", "b"]) for (const i of [1, 2]) come(host, `${host} ${i}`);
  assertEquals([room.makeRoom("b"), gone], ["b", ["b 1"]]);
});

Deno.test("who is established by now does not count for its host", () => {
  const { room, come, gone } = bound(new Places(5));
  for (const i of [1, 2]) come("clients", `client ${i}`).standing = "established";
  come("clients", "new client");
  for (const i of [1, 2]) come("other", `other ${i}`);
  assertEquals([room.makeRoom("x"), gone], ["other", ["other 1"]]);
});

Deno.test("a review forgets who is established, and hosts of which nobody is left", () => {
  const { room, come, gone } = bound(new Places(10));
  const silent = come("clients", "silent");
  const clients = [1, 2, 3].map((i) => come("clients", `client ${i}`));
  come("other", "other 1");
  come("other", "other 2");
  for (const client of clients) client.standing = "established";
  room.review();
  assertEquals(room.makeRoom("new"), "other");
  room.remove(silent);
  assertEquals(room.makeRoom("new"), "other");
  assertEquals([room.makeRoom("new"), gone, room.size], [undefined, ["other 1", "other 2"], 3]);
});

function bound(places: Places) {
  const { room, gone } = places;
  return { room, gone, come: places.come.bind(places) };
}
