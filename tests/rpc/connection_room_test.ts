import { ConnectionRoom, type Occupant, ProcessRoom, type Standing } from "../../rpc/mod.ts";
import { StatsTable } from "../../actor/stats.ts";
import { assertEquals } from "../deps.ts";

/** Connections that take places in a room, and make way. */
class Places<Room extends ConnectionRoom = ConnectionRoom> {
  readonly room: Room;
  /** Those that made way, in order. */
  readonly gone: string[] = [];

  constructor(room: Room) {
    this.room = room;
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
  const { room, come } = bound(new Places(new ConnectionRoom(2)));
  const one = come("a", "1");
  assertEquals([room.hasRoom, room.size], [true, 1]);
  come("a", "2");
  assertEquals(room.hasRoom, false);
  room.remove(one);
  assertEquals([room.hasRoom, room.size], [true, 1]);
});

Deno.test("the oldest that is silent makes way, and none that is established", () => {
  const { room, come, gone } = bound(new Places(new ConnectionRoom(3)));
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
  const { room, come, gone } = bound(new Places(new ConnectionRoom(4)));
  come("a", "claims", "claiming");
  come("a", "claims too", "claiming");
  come("a", "silent");
  while (room.makeRoom("b") !== undefined);
  assertEquals(gone, ["silent", "claims", "claims too"]);
});

Deno.test("the host that has most of those that are not established makes way first", () => {
  const { room, come, gone } = bound(new Places(new ConnectionRoom(10)));
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
  const { room, come, gone } = bound(new Places(new ConnectionRoom(4)));
  for (const host of ["a", "b"]) for (const i of [1, 2]) come(host, `${host} ${i}`);
  assertEquals([room.makeRoom("b"), gone], ["b", ["b 1"]]);
});

Deno.test("who is established by now does not count for its host", () => {
  const { room, come, gone } = bound(new Places(new ConnectionRoom(5)));
  for (const i of [1, 2]) come("clients", `client ${i}`).standing = "established";
  come("clients", "new client");
  for (const i of [1, 2]) come("other", `other ${i}`);
  assertEquals([room.makeRoom("x"), gone], ["other", ["other 1"]]);
});

Deno.test("a review forgets who is established, and hosts of which nobody is left", () => {
  const { room, come, gone } = bound(new Places(new ConnectionRoom(10)));
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

/** A room of four places that two threads share. */
function sharedRoom(): [Places, Places] {
  const table = new StatsTable(2, ["open", "newcomers"]);
  const [one, other] = [0, 1].map((thread) => {
    const places = new Places(new ConnectionRoom(4));
    places.room.share({
      open: table.extra(thread, "open"),
      newcomers: table.extra(thread, "newcomers"),
    });
    return places;
  });
  return [one, other];
}

Deno.test("of threads that share a room, the one with most newcomers makes way soon", () => {
  const [one, other] = sharedRoom();
  for (const i of [1, 2, 3]) other.come("silent", `other ${i}`);
  one.come("a", "one 1");
  assertEquals([one.room.size, other.room.newcomers], [4, 3]);
  // A client comes to the thread that has fewer of them.
  assertEquals([one.room.hasRoom, other.room.hasRoom], [true, false]);
  one.come("client", "client");
  assertEquals(one.room.hasRoom, false, "one of eight over the bound is all");
  assertEquals([one.room.relieve(), other.room.relieve()], [undefined, "silent"]);
  assertEquals([one.gone, other.gone], [[], ["other 1"]]);
  assertEquals([one.room.size, one.room.hasRoom], [4, false]);
});

Deno.test("threads that share a room have no more than it holds when all are established", () => {
  const [one, other] = sharedRoom();
  for (const i of [1, 2, 3]) other.come("clients", `other ${i}`).standing = "established";
  other.room.review();
  one.come("clients", "one 1").standing = "established";
  one.room.review();
  assertEquals([one.room.hasRoom, other.room.hasRoom], [false, false]);
  assertEquals([one.room.relieve(), other.room.relieve(), other.gone], [undefined, undefined, []]);
});

Deno.test("what a thread has before it shares its room counts for all", () => {
  const table = new StatsTable(2, ["open", "newcomers"]);
  const figures = (thread: number) => ({
    open: table.extra(thread, "open"),
    newcomers: table.extra(thread, "newcomers"),
  });
  const early = new Places(new ConnectionRoom(3));
  early.come("a", "1");
  early.come("a", "2").standing = "established";
  early.room.review();
  early.room.share(figures(0));
  const late = new ConnectionRoom(3);
  late.share(figures(1));
  assertEquals([late.size, late.newcomersOfAll], [2, 1]);
});

Deno.test("when the system has no more room, one of eight makes way on each thread, once", () => {
  const table = new StatsTable(2, ["open", "newcomers", "shortages"]);
  const [one, other] = [0, 1].map((thread) => {
    const places = new Places(new ProcessRoom());
    places.room.share({
      open: table.extra(thread, "open"),
      newcomers: table.extra(thread, "newcomers"),
      shortages: table.extra(thread, "shortages"),
    });
    return places;
  });
  assertEquals(one.room.makeRoomInSystem(), false);
  assertEquals(other.room.relieve(), undefined);
  for (let i = 0; i < 16; i++) other.come("silent", `other ${i}`);
  assertEquals(other.room.relieve(), undefined);
  assertEquals(one.room.makeRoomInSystem(), true);
  assertEquals([other.room.relieve(), other.room.relieve()], ["silent", undefined]);
  assertEquals([one.gone, other.gone], [[], ["other 0", "other 1"]]);
  one.come("silent", "one 0");
  assertEquals([one.room.makeRoomInSystem(), one.gone], [true, ["one 0"]]);
});

function bound(places: Places) {
  const { room, gone } = places;
  return { room, gone, come: places.come.bind(places) };
}
