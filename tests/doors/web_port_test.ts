import { doorLimits } from "../../limits.ts";
import { ProcessRoom, realEnvironment } from "../../rpc/mod.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { until } from "../support/until.ts";
import { openDoors } from "./doors.ts";
import { gmcp, Page, terminal } from "./page.ts";

Deno.test("over gmcp.mudstandards.org lines are played, and all else is told beside them", async () => {
  await using doors = await openDoors();
  await using page = await Page.open(doors.web.address, "other.example", gmcp);
  assertEquals(page.protocol, gmcp);
  page.say("Core.Hello", { client: "a test", version: "1" });
  await page.enrol("Ada", "\n");
  page.type("stats\n");
  await page.sees("Rank: Undergraduate");
  assertEquals(page.told.get("Char.Status"), {
    name: "Ada",
    rank: "Undergraduate",
    solving: false,
  });
  assertEquals((page.told.get("Room.Info") as { num: number }).num > 0, true);
  assertEquals(page.told.get("CMUD.Typing"), { hidden: false });
  page.say("Core.Ping");
  await until("it is answered", () => page.told.has("Core.Ping"));
  page.type("quit\n");
  await until("it is closed in order", () => page.code === 1_000);
});

Deno.test("over terminal.mudstandards.org keys are edited, and no text frames come", async () => {
  await using doors = await openDoors();
  await using page = await Page.open(doors.web.address, terminal);
  assertEquals(page.protocol, terminal);
  await page.enrol("Grace", "\r");
  page.type("stax\x7ft\t");
  await page.sees("stats");
  page.type("\r");
  await page.sees("Rank: Undergraduate");
  assertEquals(page.told.size, 0);
  assert(!page.text.includes("correct horse"));
});

Deno.test("a page that was lost goes on with its secret; with another it is asked for a name", async () => {
  await using doors = await openDoors();
  await using page = await Page.open(doors.web.address, gmcp);
  page.say("CMUD.Open", { typing: "lines", spoken: true, columns: 40, rows: 20 });
  await page.enrol("Ada", "\n");
  const { secret } = page.told.get("CMUD.Session") as { secret: string };
  await page.lose();
  await using back = await Page.open(doors.web.address, gmcp);
  back.say("CMUD.Open", { typing: "keys", secret });
  await back.sees("You are back.");
  back.type("who\r");
  await back.sees("Ada (you)");
  await using guess = await Page.open(doors.web.address, gmcp);
  guess.say("CMUD.Open", { secret: "0".repeat(32) });
  await guess.sees("Name: ");
  assertEquals(doors.host.sessions, 1);
});

Deno.test("prompts are told beside the text to a page that asks for it, whenever they change", async () => {
  await using doors = await openDoors();
  await using page = await Page.open(doors.web.address, gmcp);
  page.say("CMUD.Open", { typing: "lines", prompts: "told", columns: 44, rows: 20 });
  const prompt = () => (page.told.get("CMUD.Prompt") as { text: string } | undefined)?.text ?? "";
  const asked = (what: string) => until(`it is asked: ${what}`, () => prompt().includes(what));
  await asked("Name: ");
  page.type("Ada\n");
  await asked("New password: ");
  page.type("correct horse\n");
  await asked("again: ");
  page.type("correct horse\n");
  await page.sees("Welcome, Ada");
  page.type("\n".repeat(5));
  await asked("0 coins, Gates 5th Floor>");
  page.type("move 6\n");
  await asked("6th Floor>");
  // Neither a prompt is there, nor a row without anything in it.
  assert(!/Name: |assword: |again: |>|\n\r?\n/.test(page.text), page.text);
  await using other = await Page.open(doors.web.address, gmcp);
  await other.enrol("Bob", "\n");
  page.type("solve\n");
  await asked("100 of 100 left>");
  // What others do changes it, though nothing is said; one attempt of five takes no step.
  other.type("solve\n".repeat(8));
  await until("less is left", () => /\b\d\d of 100 left>/.test(prompt()));
  assert(!page.text.includes(">"), page.text);
});

Deno.test("a player on the web and one by telnet meet in one place", async () => {
  await using doors = await openDoors();
  await using page = await Page.open(doors.web.address, gmcp);
  await page.enrol("Ada", "\n");
  const [hostname, port] = doors.telnet.address.split(":");
  const conn = await Deno.connect({ hostname, port: Number(port) });
  try {
    const typed = ["Bob", "correct horse", "correct horse", "", "", "", "", "", "say Hello, Ada."];
    await conn.write(new TextEncoder().encode(typed.map((line) => `${line}\n`).join("")));
    await page.sees("Bob says: Hello, Ada.");
    assertEquals(page.told.get("Comm.Channel"), {
      channel: "say",
      talker: "Bob",
      text: "Hello, Ada.",
    });
    await until("it is told who is there", () => {
      return JSON.stringify(page.told.get("Room.Players"))?.includes("Bob") ?? false;
    });
  } finally {
    conn.close();
  }
});

Deno.test("whatever a browser sends, the next one is served", async () => {
  await using doors = await openDoors();
  const { address } = doors.web;
  const hostile: (string | Uint8Array<ArrayBuffer>)[] = [
    "A".repeat(1 << 20),
    new Uint8Array(1 << 20).fill(65),
    "CMUD.Open",
    'CMUD.Open {"typing": 3, "columns": -1, "rows": 1e99, "secret": {"__proto__": 1}}',
    `CMUD.Size ${"[".repeat(3_000)}`,
    "\u202e\x1b[2J",
    Uint8Array.of(0xc3, 10, 0xff, 10, 27, 91, 50, 74, 10),
    crypto.getRandomValues(new Uint8Array(10_000)),
  ];
  for (const first of hostile) {
    await using page = await Page.open(address, gmcp);
    page.send(first);
    for (const next of hostile.slice(2)) page.send(next);
    await page.sees("Name: ").catch(() => {});
  }
  await using ada = await Page.open(address, gmcp);
  await ada.enrol("Ada", "\n");
});

Deno.test("a WebSocket on which nobody has logged in makes way for others", async () => {
  class SmallRoom extends ProcessRoom {
    override get hasRoom(): boolean {
      return this.size < 2;
    }
  }
  const environment = { ...realEnvironment, connections: new SmallRoom() };
  await using doors = await openDoors({ environment });
  const { address } = doors.web;
  await using ada = await Page.open(address, gmcp);
  await ada.enrol("Ada", "\n");
  await using nobody = await Page.open(address, gmcp);
  await nobody.sees("Name: ");
  await using bob = new Page(address, [gmcp]);
  await until("there is room for Bob", () => bob.protocol === gmcp);
  await bob.enrol("Bob", "\n");
  await until("it has made way", () => nobody.code !== undefined);
  ada.type("stats\n");
  await ada.sees("Rank: ");
  assertEquals([ada.code, bob.code], [undefined, undefined]);
});

Deno.test("a message that is too long ends its WebSocket, and says so", async () => {
  await using doors = await openDoors();
  await using page = await Page.open(doors.web.address, gmcp);
  page.send("A".repeat(doorLimits.messageBytesMax + 1));
  await until("it is ended", () => page.code !== undefined);
  assertEquals(page.code, 1_009);
});

Deno.test("the web port serves its page, and says what is not there", async () => {
  await using doors = await openDoors();
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(`http://${doors.web.address}${path}`, init);
    return [response.status, await response.text()];
  };
  assertEquals(await get("/"), [200, "<p>the page</p>"]);
  assertEquals((await get("/other"))[0], 404);
  assertEquals((await get("/play"))[0], 426);
  assertEquals((await get("/", { method: "DELETE" }))[0], 405);
  const upgrade = { "Upgrade": "websocket", "Connection": "Upgrade" };
  const key = { "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==" };
  const asks = async (headers: Record<string, string>) => {
    const [hostname, port] = doors.web.address.split(":");
    using conn = await Deno.connect({ hostname, port: Number(port) });
    const lines = Object.entries({ Host: doors.web.address, ...upgrade, ...key, ...headers });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    await conn.write(new TextEncoder().encode(`GET /play HTTP/1.1\r\n${head}\r\n`));
    const buffer = new Uint8Array(1_000);
    return new TextDecoder().decode(buffer.subarray(0, await conn.read(buffer) ?? 0));
  };
  assertStringIncludes(await asks({ "Sec-WebSocket-Protocol": "json.example" }), "400 Bad Request");
  assertStringIncludes(await asks({ Origin: "https://elsewhere.example" }), "403 Forbidden");
  const agreed = await asks({ "Sec-WebSocket-Protocol": `${terminal}, ${gmcp}` });
  assertStringIncludes(agreed, `101 Switching Protocols`);
  assertStringIncludes(agreed, `Sec-WebSocket-Protocol: ${gmcp}`);
});

Deno.test("behind a proxy, players are told apart by what it says of them", async () => {
  await using doors = await openDoors({ isBehindProxy: true });
  const [hostname, port] = doors.web.address.split(":");
  const opened: Deno.Conn[] = [];
  const come = async (forwarded: string) => {
    const conn = await Deno.connect({ hostname, port: Number(port) });
    opened.push(conn);
    await conn.write(new TextEncoder().encode(
      `GET /play HTTP/1.1\r\nHost: ${doors.web.address}\r\nUpgrade: websocket\r\n` +
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
        `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nX-Forwarded-For: ${forwarded}\r\n\r\n`,
    ));
    const buffer = new Uint8Array(4_000);
    let text = "";
    while (!/Name: |too many of you/.test(text)) {
      const count = await conn.read(buffer);
      if (count === null) break;
      text += new TextDecoder("latin1").decode(buffer.subarray(0, count));
    }
    return text;
  };
  try {
    for (let i = 0; i < doorLimits.connectionsPerAddressMax; i++) {
      assertStringIncludes(await come("192.0.2.1"), "Name: ");
    }
    assertStringIncludes(await come("198.51.100.9, 192.0.2.1"), "too many of you");
    assertStringIncludes(await come("192.0.2.2"), "Name: ");
  } finally {
    for (const conn of opened) conn.close();
  }
});
