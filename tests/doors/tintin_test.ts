import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { startServerProcess } from "../support/app/cmud_process.ts";
import { startHostProcess } from "../support/app/host_process.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { missing } from "../support/needs.ts";
import { gmcp, Page } from "./page.ts";
import { Terminal, terminalTest } from "../app/terminal.ts";

terminalTest(
  "players with TinTin++, on the web and with the program meet in one place, and talk",
  async () => {
    using directory = new TempDirectory();
    const server = await startServerProcess();
    const [address] = server.ready.queryAddresses;
    const host = await startHostProcess(
      ...["--telnet", "127.0.0.1:0", "--web", "127.0.0.1:0", "--server", address],
    );
    const script = `${directory.path}/script.tin`;
    Deno.writeTextFileSync(script, `#session cmud ${host.telnet!.replace(":", " ")}\n`);
    const client = new Terminal(`/usr/games/tt++ -G ${script}`, { columns: 100 });
    await using page = await Page.open(host.web!, gmcp);
    await page.enrol("Eve", "\n");
    const friend = new Terminal(
      ["play", "--fast", "--no-screen-reader", "--name", "Bob", "--server", address],
      { columns: 80 },
    );
    await friend.until("Gates 5th Floor>");
    await client.until("Name: ");
    await client.type("Ada\n");
    await client.until("New password: ");
    await client.type("correct horse\n");
    const shown = await client.until("The same again: ");
    await client.type("correct horse\n");
    await client.until("Welcome, Ada.");
    // What the window is told to be, and what the client says that it can do.
    await client.type("\n\n\n\n\nmap\n");
    await client.until("│ Ada (you), Bob, Eve");
    await client.type("say Hello, Bob.\n");
    await friend.until("Ada says: Hello, Bob.");
    await page.sees("Ada says: Hello, Bob.");
    page.type("say Hello, both.\n");
    await friend.until("Eve says: Hello, both.");
    await client.until("Eve says: Hello, both.");
    await friend.type("say Hello, Ada.\r");
    await client.until("Bob says: Hello, Ada.");
    await friend.type("quit\r");
    const rest = await client.until("Bob goes home.");
    await client.type("quit\n");
    await client.until("Goodbye, Ada.");
    await client.until("DIED");
    await client.type("#end\n");
    await client.end();
    await friend.end();
    for (const seen of [shown, rest]) assert(!seen.includes("correct horse"));
    assertStringIncludes(rest, "\x1b[1mUndergraduate, 0 coins");
    assertEquals(await host.stop(), { code: 0, stderr: "" });
    assertEquals(await server.end("SIGTERM"), 0);
  },
  missing("tt++"),
);
