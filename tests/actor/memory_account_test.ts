import { wireLimits, withLimits } from "../../limits.ts";
import {
  Charge,
  MemoryAccount,
  type MemoryHolder,
  type MemoryKind,
  memoryKinds,
  spareMemory,
} from "../../rpc/mod.ts";
import { LocalFigure } from "../../rpc/memory_account.ts";
import { type ExtraFigure, StatsTable } from "../../actor/stats.ts";
import { assertEquals, assertGreater, assertLessOrEqual } from "../deps.ts";

const limits = withLimits({
  sparedBytes: 10,
  memoryUncheckedBytesMax: 1,
  memoryMarginBytesMax: 1,
});

/** A connection that holds so many bytes, and what becomes of it. */
class Holder implements MemoryHolder {
  readonly isStuck: boolean;
  readonly isPeer: boolean;
  #charge: Charge;
  #name: string;
  #cuts: string[];
  #account: MemoryAccount;

  constructor(
    account: MemoryAccount,
    cuts: string[],
    name: string,
    bytes: number,
    { isStuck = false, isPeer = false } = {},
  ) {
    this.#account = account;
    this.#cuts = cuts;
    this.#name = name;
    this.isStuck = isStuck;
    this.isPeer = isPeer;
    this.#charge = new Charge(account);
    this.#charge.set(bytes);
    account.addHolder(this);
  }

  get heldBytes(): number {
    return this.#charge.bytes;
  }

  cut(): void {
    this.#cuts.push(this.#name);
    this.#account.removeHolder(this);
    this.#charge.set(0);
  }
}

Deno.test("MemoryAccount cuts nobody within its bound, and past it no more than it must", async () => {
  const account = new MemoryAccount(1_000, limits);
  const cuts: string[] = [];
  for (const [name, bytes] of [["a", 300], ["b", 400], ["c", 299]] as const) {
    new Holder(account, cuts, name, bytes);
  }
  await null;
  assertEquals([cuts, account.isFull], [[], false]);
  account.charge(1);
  assertEquals(cuts, [], "not in the midst of what charges");
  await null;
  assertEquals([cuts, account.bytes], [["b"], 600]);
});

Deno.test("MemoryAccount cuts those who are stuck first, then who holds most, and peers last", () => {
  const account = new MemoryAccount(100, limits);
  const cuts: string[] = [];
  new Holder(account, cuts, "peer", 900, { isPeer: true });
  new Holder(account, cuts, "busy", 800);
  new Holder(account, cuts, "small", 10, { isStuck: true });
  new Holder(account, cuts, "stuck", 200, { isStuck: true });
  new Holder(account, cuts, "more stuck", 300, { isStuck: true });
  new Holder(account, cuts, "less busy", 700);
  account.charge(95);
  account.relieve();
  assertEquals(cuts, ["more stuck", "stuck", "busy", "less busy", "peer"]);
  // What is left is spared.
  assertEquals([account.bytes, account.isFull], [105, true]);
});

Deno.test("MemoryAccount keeps its bound, though others take memory until connections are cut", () => {
  const account = new MemoryAccount(1_600, withLimits({ sparedBytes: 10 }));
  const cuts: string[] = [];
  for (let i = 0; i < 100; i++) {
    new Holder(account, cuts, `${i}`, 90);
    // As much as fits in between: it is looked at only now and then.
    assertLessOrEqual(account.bytes, 1_600);
    account.relieve();
  }
  assertGreater(account.bytes, 1_300);
  assertEquals(cuts.length, 100 - account.bytes / 90);
});

Deno.test("MemoryAccount frees buffers that are kept for others when it is full", () => {
  const account = new MemoryAccount(1_600, limits);
  spareMemory.give(new Uint8Array(wireLimits.spareBufferBytesMin));
  account.relieve();
  assertGreater(spareMemory.bytes, 0);
  account.charge(1_600);
  account.relieve();
  assertEquals(spareMemory.bytes, 0);
});

Deno.test("a thread that is over the bound waits for no other one to cut what holds more", () => {
  const account = new MemoryAccount(1_600, limits);
  const figures = {
    bytes: new LocalFigure(),
    mostHeld: Object.assign(new LocalFigure(), { greatestElsewhere: () => 900 }),
    kinds: Object.fromEntries(
      memoryKinds.map((kind) => [kind, new LocalFigure()]),
    ) as unknown as Record<MemoryKind, LocalFigure>,
  };
  account.share(figures);
  const cuts: string[] = [];
  new Holder(account, cuts, "here", 700);
  figures.bytes.add(900);
  account.relieve();
  assertEquals([account.isFull, cuts], [true, []]);
  figures.bytes.add(1);
  account.relieve();
  assertEquals(cuts, ["here"]);
});

Deno.test("MemoryAccount leaves room for connections that Puts do not use", () => {
  const account = new MemoryAccount(800, limits);
  assertEquals(account.putRoomBytes, 700);
  account.charge(701);
  assertEquals([account.putRoomBytes, account.isFull], [-1, false]);
  assertEquals(new MemoryAccount().putRoomBytes, Infinity);
});

Deno.test("accounts of threads see one sum, and leave it to the one with most to cut it", () => {
  const table = new StatsTable(2, ["bytes", "most", ...memoryKinds]);
  const cuts: string[] = [];
  const accounts = [0, 1].map((thread) => {
    const account = new MemoryAccount(1_000, limits);
    account.charge(50);
    account.charge(7, "watches");
    account.charge(-7, "watches");
    account.for("disk").charge(20);
    account.charge(-20, "disk");
    account.share({
      bytes: table.extra(thread, "bytes"),
      mostHeld: table.extra(thread, "most"),
      kinds: Object.fromEntries(
        memoryKinds.map((kind) => [kind, table.extra(thread, kind)]),
      ) as Record<MemoryKind, ExtraFigure>,
    });
    return account;
  });
  assertEquals(accounts.map(({ bytes }) => bytes), [100, 100]);
  new Charge(accounts[1], "connections").set(30);
  accounts[0].charge(-30);
  const kinds = { entries: 70, connections: 30, peers: 0, disk: 0, watches: 0 };
  assertEquals(memoryKinds.map((kind) => table.extra(0, kind).total()), Object.values(kinds));
  accounts[1].charge(-30, "connections");
  accounts[0].charge(30);
  const [first, second] = accounts;
  new Holder(first, cuts, "least", 100);
  new Holder(second, cuts, "most", 600);
  new Holder(first, cuts, "middle", 300);
  assertEquals(second.bytes, 1_100);
  // It does not know yet what the other one holds.
  second.relieve();
  assertEquals([cuts, first.bytes], [["most"], 500]);
  new Holder(second, cuts, "new most", 500);
  table.extra(1, "most").set(500);
  first.relieve();
  assertEquals(cuts, ["most"]);
  second.relieve();
  assertEquals(cuts, ["most", "new most"]);
});
