import { commands, options } from "../../app/doors/telnet/codes.ts";
import { subnegotiation } from "../../app/doors/telnet/telnet_parser.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { until } from "../support/until.ts";
import { openDoors } from "./doors.ts";

const { iac, will, wont, do: doIt } = commands;

/** A client with a socket. */
class Dialed implements AsyncDisposable {
  bytes: number[] = [];
  isOver = false;
  #conn: Deno.Conn;
  #reading: Promise<void>;
  #seen = 0;

  private constructor(conn: Deno.Conn) {
    this.#conn = conn;
    this.#reading = this.#read();
  }

  static async to(address: string): Promise<Dialed> {
    const [hostname, port] = address.split(":");
    return new Dialed(await Deno.connect({ hostname, port: Number(port) }));
  }

  get text(): string {
    return new TextDecoder().decode(Uint8Array.from(this.bytes));
  }

  async send(bytes: Uint8Array | string): Promise<void> {
    let rest = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    while (rest.length > 0) rest = rest.subarray(await this.#conn.write(rest));
  }

  async sees(what: string): Promise<void> {
    await until(`it is said: ${what}`, () => this.text.includes(what, this.#seen)).catch(
      (error) => {
        throw new Error(`but: ${this.text.slice(-500)}`, { cause: error });
      },
    );
    this.#seen = this.text.indexOf(what, this.#seen) + what.length;
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (let count; (count = await this.#conn.read(buffer)) !== null;) {
        this.bytes.push(...buffer.subarray(0, count));
      }
    } catch {
      // Reset, or closed here.
    }
    this.isOver = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#conn.close();
    } catch {
      // It is.
    }
    await this.#reading;
  }
}

/** Says who it is, as a newcomer. */
async function enrol(client: Dialed, name: string): Promise<void> {
  await client.sees("Name: ");
  await client.send(`${name}\r\n`);
  await client.sees("New password: ");
  await client.send("correct horse\r\n");
  await client.sees("again: ");
  await client.send("correct horse\r\n");
  await client.sees(`Welcome, ${name}`);
}

Deno.test("a telnet client enrols, plays and quits; its prompts end with a mark", async () => {
  await using doors = await openDoors();
  await using client = await Dialed.to(doors.telnet.address);
  await client.send(Uint8Array.of(iac, wont, options.ttype, iac, wont, options.naws));
  await client.send(Uint8Array.of(iac, doIt, options.gmcp, iac, doIt, options.eor));
  await enrol(client, "Ada");
  await client.send("\r\n\r\n\r\n\r\n\r\nstats\r\n");
  await client.sees("Rank: Undergraduate\r\n");
  assertStringIncludes(client.text, 'Char.Vitals {"coins":0,"power":1');
  await client.sees(">");
  await until("the prompt has its mark", () => {
    const at = client.bytes.lastIndexOf(iac);
    return client.bytes[at + 1] === commands.eor;
  });
  await client.send("quit\r\n");
  await client.sees("Goodbye, Ada");
  await until("it is ended", () => client.isOver);
});

Deno.test("a bare terminal over telnet is asked for keys, which are edited here", async () => {
  await using doors = await openDoors();
  await using client = await Dialed.to(doors.telnet.address);
  const type = subnegotiation(
    options.ttype,
    Uint8Array.of(0, ...new TextEncoder().encode("XTERM-256COLOR")),
  );
  await client.send(Uint8Array.of(iac, will, options.ttype, iac, will, options.naws));
  await client.send(subnegotiation(options.naws, Uint8Array.of(0, 80, 0, 24)));
  await client.send(Uint8Array.of(...type, ...type));
  await client.sees("Name: ");
  const keys = [iac, will, options.echo];
  assert(client.bytes.some((_, at) => keys.every((byte, i) => client.bytes[at + i] === byte)));
  await client.send("Gracx\x7fe\r\0");
  await client.sees("New password: ");
  await client.send("correct horse\r\0");
  await client.sees("again: ");
  await client.send("correct horse\r\0");
  await client.sees("Welcome, Grace");
  assert(!client.text.includes("correct"));
});

Deno.test("whatever comes over telnet, the next client is served", async () => {
  await using doors = await openDoors();
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const megabyte = new TextEncoder().encode("A".repeat(1 << 20));
  const hostile: Uint8Array[] = [
    megabyte,
    random(60_000),
    new Uint8Array(60_000).fill(iac),
    Uint8Array.from({ length: 60_000 }, (_, i) => [iac, commands.sb, options.gmcp][i % 3]),
    Uint8Array.from({ length: 60_000 }, (_, i) => [iac, will, i & 255][i % 3]),
    subnegotiation(options.gmcp, new TextEncoder().encode(`Core.Hello ${"[".repeat(4_000)}`)),
    Uint8Array.of(0xc3, 0x28, 10, 0xff, 0xff, 0xfe, 10),
    new TextEncoder().encode("\x1b[2J\x1b]0;owned\x07\n\u202eAda\nZ\u0351\u0352\u0353a\u0354lgo\n"),
  ];
  for (const bytes of hostile) {
    await using client = await Dialed.to(doors.telnet.address);
    await client.sees("Name: ").catch(() => {});
    await client.send(bytes).catch(() => {});
    await client.send("\r\n").catch(() => {});
  }
  await using ada = await Dialed.to(doors.telnet.address);
  await enrol(ada, "Ada");
  await ada.send("\r\n\r\n\r\n\r\n\r\n\r\n");
  await ada.send(Uint8Array.of(...new TextEncoder().encode("say caf"), 0xc3, 10));
  await ada.send(new TextEncoder().encode(`say ${"\u202e\x1b[2J"} done\r\n`));
  await ada.sees("done");
  // deno-lint-ignore no-control-regex -- it must not be there
  assert(!/\u202e|\x1b\[2J/.test(ada.text));
  await ada.send(megabyte);
  await ada.send("\r\n");
  await ada.sees("a little much at once");
});

Deno.test("a player who logs in again goes on there, and the connection before is ended", async () => {
  await using doors = await openDoors();
  await using before = await Dialed.to(doors.telnet.address);
  await enrol(before, "Ada");
  await using again = await Dialed.to(doors.telnet.address);
  await again.sees("Name: ");
  await again.send("ada\r\n");
  await again.sees("Password: ");
  await again.send("correct horse\r\n");
  await again.sees("You are back.");
  await until("the other one is ended", () => before.isOver);
  assertStringIncludes(before.text, "through another door");
  assertEquals(doors.host.sessions, 1);
});
