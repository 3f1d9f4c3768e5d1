import { withLimits } from "../../limits.ts";
import {
  Charge,
  MemoryAccount,
  type MemoryHolder,
  type MemoryKind,
  memoryKinds,
} from "../../rpc/mod.ts";
import { type ExtraFigure, StatsTable } from "../../actor/stats.ts";
import { assertEquals } from "../deps.ts";

const limits = withLimits({ sparedBytes: 10, memoryUncheckedBytesMax: 1 });

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
  for (const [name, bytes] of [["a", 300], ["b", 400], ["c", 300]] as const) {
    new Holder(account, cuts, name, bytes);
  }
  await null;
  assertEquals([cuts, account.isExceeded], [[], false]);
  account.charge(1);
  assertEquals(cuts, [], "not in the midst of what charges");
  await null;
  assertEquals([cuts, account.bytes], [["b"], 601]);
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
  assertEquals([account.bytes, account.isExceeded], [105, true]);
});

Deno.test("MemoryAccount leaves room for connections that Puts do not use", () => {
  const account = new MemoryAccount(800, limits);
  assertEquals(account.putRoomBytes, 700);
  account.charge(701);
  assertEquals([account.putRoomBytes, account.isExceeded], [-1, false]);
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
  new Holder(second, cuts, "new most", 700);
  table.extra(1, "most").set(700);
  first.relieve();
  assertEquals(cuts, ["most"]);
  second.relieve();
  assertEquals(cuts, ["most", "new most"]);
});
