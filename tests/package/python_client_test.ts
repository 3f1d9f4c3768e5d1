import { Server } from "../../kvserver/mod.ts";
import { assert, assertLess } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { commandOf, missing, testUnless } from "../support/needs.ts";
import { read } from "../support/repository.ts";
import { expectOutput } from "./program.ts";

/** The client that `docs/protocol.md` shows. */
const [, client] = /^```python\n([^]*?)^```$/m.exec(read("docs/protocol.md"))!;

/** What a program does with that client, beyond what the client itself shows. */
const program = `import sys
import threading
from client import Client, RpcError

client = Client(sys.argv[1])
print(client.call("Get", "none"), client.call("Delete", "none"), client.call("Ping"))
for method, *params in [("Get",), ("Nothing",), ("Put", "k" * 4097, ""), ("Get", b"\\xff")]:
    try:
        client.call(method, *params)
    except RpcError as error:
        print(error.args[0])
for i in range(2500):
    client.call("Put", f"many/{i:04}", f"{i}")
entries = list(client.scan("many/"))
print(len(entries), entries[0], entries[-1])
client.call("Put", "large", "x" * 8_000_000)
print(len(client.call("Get", "large")))

def write():
    other = Client(sys.argv[1])
    for value in ["1", "2"]:
        other.call("Put", "watched/a", value)
        told.wait()
        told.clear()
    other.call("Delete", "watched/a")

told = threading.Event()
watcher = Client(sys.argv[1])
watcher.call("Watch", "other/")
changes = watcher.watch("watched/")
threading.Thread(target=write).start()
for change in changes:
    print(change)
    told.set()
    if change[1] is None:
        break
`;

const printed = `None False pong
bad_request
unknown_method
too_large
bad_request
2500 ['many/0000', '0'] ['many/2499', '2499']
8000000
('watched/a', '1')
('watched/a', '2')
('watched/a', None)
`;

testUnless(
  missing("python3"),
  "the client in Python that docs/protocol.md shows works",
  async () => {
    assertLess(client.split("\n").filter((line) => line !== "").length, 60);
    assert(!client.includes("\t"));
    using directory = new TempDirectory();
    Deno.writeTextFileSync(`${directory.path}/client.py`, client);
    Deno.writeTextFileSync(`${directory.path}/program.py`, program);
    const server = await Server.start({ startPort: 0, queryActorCount: 1 });
    try {
      const [address] = server.queryAddresses;
      const run = (file: string, stdout: string) =>
        expectOutput(commandOf("python3"), [file, address], directory.path, stdout);
      await run("client.py", "Countess [['user/ada', 'Countess'], ['user/bob', b'\\xff']]\n");
      await run("program.py", printed);
    } finally {
      await server.close();
    }
  },
);
