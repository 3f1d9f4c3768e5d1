import { Access } from "../../access/mod.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { assert, assertEquals } from "../deps.ts";
import { openHttpPort } from "../support/http_port.ts";
import { makeToken } from "../support/tokens.ts";
import { shownMembers, shownServer } from "./shown_stats.ts";

Deno.test("/api/live tells what was, then each second what is, for as long as somebody listens", async () => {
  const http = await openHttpPort({
    problemsOf: ({ members }) => [`knows ${members!.length}`],
  });
  try {
    const url = `http://${http.address}/api/live`;
    const early = await fetch(url);
    assertEquals([early.status, await early.text()], [503, "The server is starting\n"]);
    http.show(shownServer());
    const response = await fetch(url);
    assertEquals(response.headers.get("content-type"), "text/event-stream");
    const moments: Record<string, unknown>[] = [];
    let text = "";
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      text += part;
      const events = text.split("\n\n");
      text = events.pop()!;
      moments.push(...events.map((event) => JSON.parse(event.replace(/^data: /, ""))));
      if (moments.length > 1) break;
    }
    const [first, second] = moments as { history?: unknown[]; sample: Record<string, number> }[];
    assertEquals([first.history!.length, second.history], [1, undefined]);
    const { atMs, ...figures } = second.sample;
    assertEquals(typeof atMs, "number");
    assertEquals(figures, {
      queries: 160,
      memoryBytes: 1_000_000,
      lagMs: 13,
      receivedBytes: 5_000,
    });
    const { members, problems, version } = moments[1];
    assertEquals({ members, problems, version }, {
      members: JSON.parse(JSON.stringify(shownMembers)),
      problems: [`knows ${shownMembers.length}`],
      version: "1.2.3",
    });
  } finally {
    await http.close();
  }
});

Deno.test("/api/live ends for those whose token is removed, and for no others", async () => {
  const [removed, kept] = [makeToken("read"), makeToken("admin")];
  const access = new Access([removed.entry, kept.entry], realEnvironment);
  const http = await openHttpPort({
    access,
  });
  try {
    http.show(shownServer());
    const listen = async ({ token }: { token: string }) => {
      const headers = { authorization: `Bearer ${token}` };
      const { body } = await fetch(`http://${http.address}/api/live`, { headers });
      return body!.getReader();
    };
    const [ended, going] = [await listen(removed), await listen(kept)];
    await Promise.all([ended.read(), going.read()]);
    access.replace([kept.entry]);
    // What was told before may still come; then there is an end.
    let moments = 0;
    while (!(await ended.read()).done) assert(++moments < 3, "it goes on");
    assertEquals((await going.read()).done, false);
    await going.cancel();
  } finally {
    await http.close();
  }
});
