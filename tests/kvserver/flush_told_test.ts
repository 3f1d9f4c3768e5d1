import { hashOfToken, newToken } from "../../access/mod.ts";
import { messageTypes } from "../../kvserver/messages/message_types.ts";
import { QueryActor } from "../../kvserver/query/query_actor.ts";
import { Store } from "../../kvserver/store/mod.ts";
import { assertMatch } from "../deps.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import { testInWorld } from "../support/simulation.ts";
import { writeCommands } from "../support/kvserver/query_messages.ts";

testInWorld(
  "a client that is told nothing of its own changes is told what another one's FLUSHALL deletes",
  async (world) => {
    const { system } = await startSystem(world);
    const token = newToken();
    const actor = system.startActor((context) =>
      new QueryActor(context, {
        version: "",
        syncActor: startProbe(system).ref,
        ready: true,
        isAlone: true,
        store: new Store(),
        tokens: [{ name: "root", hash: hashOfToken(token), role: "admin", prefixes: [] }],
      })
    );
    /** Opens a connection. @returns what sends commands on it, and tells all that has come. */
    const connect = () => {
      let told = "";
      const { ref: { counter } } = system.openInbox((bytes, start, end) => {
        told += new TextDecoder().decode(bytes.slice(start, end));
      });
      system.tell(actor, { type: messageTypes.opened, inbox: counter, host: "127.0.0.1" });
      return (...commands: string[]) => {
        const bytes = new TextEncoder().encode(commands.map((command) => `${command}\n`).join(""));
        writeCommands(system.beginMessage(), counter, 1, bytes);
        system.tellWritten(actor);
        return () => told;
      };
    };
    const [listener, admin] = [connect(), connect()];
    const told = listener(
      `HELLO 3 AUTH root ${token}`,
      "SET key value",
      "CLIENT TRACKING ON NOLOOP",
      "GET key",
    );
    admin(`AUTH ${token}`);
    await world.advance(0);
    // The keys are deleted in a turn behind the query that comes next.
    admin("FLUSHALL");
    listener("PING");
    await world.advance(1_000);
    assertMatch(told(), /PONG[^]*invalidate[^]*key/);
    await system.close();
  },
);
