import { doorStore } from "../../app/doors/store/door_store.ts";
import { SharedReads } from "../../app/doors/store/shared_reads.ts";
import { SharedListening } from "../../app/doors/store/shared_listening.ts";
import type { GameStore } from "../../app/game/mod.ts";
import { assertEquals, fc } from "../deps.ts";
import { MemoryStore } from "../game/stage.ts";

/** A store that tells what changes, and whose connection for that can be lost. */
class ToldStore {
  readonly entries = new Map<string, string>();
  /** What it listens to. */
  prefixes: readonly string[] = [];
  isLive = true;
  #changed = new Map<string, string>();
  #onChange = () => {};

  readonly listen: NonNullable<GameStore["listen"]> = (onChange) => {
    this.#onChange = onChange;
    return {
      listen: (prefixes) => {
        for (const prefix of prefixes) {
          if (!this.prefixes.includes(prefix)) this.#tellAll(prefix);
        }
        this.prefixes = [...prefixes];
      },
      hears: (prefix) => this.isLive && this.prefixes.includes(prefix),
      take: (prefix) => {
        const taken = [...this.#changed].filter(([key]) => key.startsWith(prefix));
        for (const [key] of taken) this.#changed.delete(key);
        return new Map(taken);
      },
      close: () => Promise.resolve(),
    };
  };

  put(key: string, value: string): void {
    this.entries.set(key, value);
    if (!this.isLive) return;
    this.#changed.set(key, value);
    this.#onChange();
  }

  lose(): void {
    this.isLive = false;
    this.#onChange();
  }

  comeBack(): void {
    this.isLive = true;
    for (const prefix of this.prefixes) this.#tellAll(prefix);
    this.#onChange();
  }

  #tellAll(prefix: string): void {
    for (const [key, value] of this.entries) {
      if (key.startsWith(prefix)) this.#changed.set(key, value);
    }
  }
}

Deno.test("players who listen to one prefix, or to several, hear all once, over one listening", () => {
  const store = new ToldStore();
  store.put("scene/1/5/a", "before");
  const shared = new SharedListening(store.listen);
  let adaHeard = 0;
  const ada = shared.join(() => void adaHeard++);
  const bob = shared.join(() => {});
  ada.listen(["scene/1/5/", "letter/1/Ada/"]);
  bob.listen(["scene/1/6/", "letter/1/Bob/"]);
  assertEquals([...store.prefixes].sort(), ["letter/1/", "scene/1/"]);
  assertEquals([...ada.take("scene/1/5/")], [["scene/1/5/a", "before"]]);
  assertEquals([...bob.take("scene/1/6/")], []);
  adaHeard = 0;
  store.put("scene/1/6/b", "elsewhere");
  store.put("letter/1/Bob/c", "to Bob");
  assertEquals(adaHeard, 0);
  store.put("scene/1/5/a", "now");
  assertEquals(adaHeard, 1);
  assertEquals([...ada.take("scene/1/5/")], [["scene/1/5/a", "now"]]);
  assertEquals([...ada.take("scene/1/5/")], []);
  assertEquals([...bob.take("letter/1/Bob/")], [["letter/1/Bob/c", "to Bob"]]);
  // Who comes to a place is told all that has happened there.
  bob.listen(["scene/1/5/", "letter/1/Bob/"]);
  assertEquals([...bob.take("scene/1/5/")], [["scene/1/5/a", "now"]]);
  ada.listen([]);
  bob.listen([]);
  assertEquals(store.prefixes, []);
});

Deno.test("what is lost while nothing is heard is not missed, whatever happens in between", () => {
  const prefixes = ["scene/1/5/", "scene/1/6/", "letter/1/Ada/", "damage/PhD/1/"];
  const keys = prefixes.flatMap((prefix) => [`${prefix}a`, `${prefix}b`]);
  const step = fc.oneof(
    fc.record({ put: fc.constantFrom(...keys) }),
    fc.record({ listen: fc.subarray(prefixes), member: fc.nat(2) }),
    fc.record({ take: fc.constantFrom(...prefixes), member: fc.nat(2) }),
    fc.constantFrom({ lose: true }, { comeBack: true }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const store = new ToldStore();
    const shared = new SharedListening(store.listen);
    const members = [0, 1, 2].map(() => ({
      listening: shared.join(() => {}),
      wants: [] as string[],
      seen: new Map<string, string>(),
    }));
    const take = (member: typeof members[0], prefix: string) => {
      if (!member.wants.includes(prefix) || !member.listening.hears(prefix)) return;
      for (const [key, value] of member.listening.take(prefix)) member.seen.set(key, value);
    };
    let value = 0;
    for (const each of steps) {
      if ("put" in each) store.put(each.put, String(++value));
      else if ("listen" in each) {
        const member = members[each.member];
        // Who wants something anew has forgotten what was seen of it.
        for (const key of member.seen.keys()) {
          if (!member.wants.some((prefix) => key.startsWith(prefix))) member.seen.delete(key);
        }
        member.listening.listen(member.wants = each.listen);
      } else if ("take" in each) take(members[each.member], each.take);
      else if ("lose" in each) store.lose();
      else store.comeBack();
    }
    store.comeBack();
    for (const member of members) {
      for (const prefix of member.wants) {
        take(member, prefix);
        const expected = [...store.entries].filter(([key]) => key.startsWith(prefix));
        const seen = [...member.seen].filter(([key]) => key.startsWith(prefix));
        assertEquals(seen.sort(), expected.sort());
      }
    }
  }));
});

Deno.test("a hidden player is not there for others, but is for the player, and for what is counted", async () => {
  const session = "Eve.0123456789abcdef";
  const entries: [string, string][] = [
    [`scene/1/5/${session}`, "says"],
    ["scene/1/5/Ada.0123456789abcdef", "says"],
    [`letter/1/Ada/${session}`, "tells"],
    ["here/1/Eve", "is here"],
    ["place/Eve", "5"],
    [`mined/Eve/${session}`, "7"],
    ["rank/Eve/PhD", "yes"],
    [`term/2/mined/Eve/${session}`, "7"],
    [`chat/1/all/${session}/1`, "says"],
    [`damage/PhD/1/${session}`, "hit"],
    [`end/${session}`, "end"],
  ];
  const isHidden = (name: string) => name === "Eve";
  const seenBy = async (name: string) => {
    const store = new MemoryStore(entries);
    const view = doorStore(store, store, undefined, { name, isHidden });
    const prefixes = ["scene/1/5/", "letter/1/Ada/", "here/1/", "place/", "mined/", "rank/"]
      .concat("term/2/mined/", "chat/1/");
    const counted = ["damage/PhD/1/", "end/", "mined/Eve/"];
    const lists = await Promise.all([...prefixes, ...counted].map((prefix) => view.list(prefix)));
    return lists.flatMap((list) => [...list.keys()]);
  };
  assertEquals(await seenBy("Ada"), [
    "scene/1/5/Ada.0123456789abcdef",
    `damage/PhD/1/${session}`,
    `end/${session}`,
    `mined/Eve/${session}`,
  ]);
  assertEquals((await seenBy("Eve")).length, 12);
});

Deno.test("players who ask for the same at once have it listed once, and each failure is theirs", async () => {
  let lists: string[] = [];
  const store = new MemoryStore([["scene/1/5/a", "1"], ["letter/1/Ada/b", "2"], [
    "deed/Ada/c",
    "3",
  ]]);
  const reads = new SharedReads({
    list: (prefix) => {
      lists.push(prefix);
      return store.list(prefix);
    },
  });
  const ask = (prefix: string) => reads.list(prefix).then((entries) => [...entries.keys()]);
  const asked = ["scene/1/5/", "scene/1/5/", "letter/1/Ada/", "letter/1/Bob/", "deed/Ada/"];
  assertEquals(await Promise.all([...asked, ...asked].map(ask)), [
    ...[["scene/1/5/a"], ["scene/1/5/a"], ["letter/1/Ada/b"], [], ["deed/Ada/c"]],
    ...[["scene/1/5/a"], ["scene/1/5/a"], ["letter/1/Ada/b"], [], ["deed/Ada/c"]],
  ]);
  assertEquals(lists, ["scene/1/5/", "letter/1/", "deed/Ada/", "deed/Ada/"]);
  // Nothing is kept: what was written since is there.
  lists = [];
  store.entries.set("scene/1/5/d", "4");
  assertEquals(await ask("scene/1/5/"), ["scene/1/5/a", "scene/1/5/d"]);
  store.failures = 1;
  const failures = await Promise.allSettled([ask("scene/1/5/"), ask("scene/1/5/")]);
  assertEquals(failures.map(({ status }) => status), ["rejected", "rejected"]);
  assertEquals((await ask("scene/1/5/")).length, 2);
});
