/** As much of a Redis as the benchmarks ask of one: it knows each command's name, and no key. */
export function startFakeRedis(): { address: string; asked: Set<string>; close(): Promise<void> } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked = new Set<string>();
  const serve = async (conn: Deno.Conn) => {
    let text = "";
    const writer = conn.writable.getWriter();
    for await (const part of conn.readable.pipeThrough(new TextDecoderStream())) {
      text += part;
      let replies = "";
      for (let command; (command = /^\*(\d+)\r\n/.exec(text)) !== null;) {
        const words = Number(command[1]);
        const match = new RegExp(`^\\*\\d+\\r\\n(?:\\$\\d+\\r\\n[^\\r]*\\r\\n){${words}}`).exec(
          text,
        );
        if (match === null) break;
        const [, , name] = match[0].split("\r\n");
        asked.add(name);
        replies += replyTo(name);
        text = text.slice(match[0].length);
      }
      await writer.write(new TextEncoder().encode(replies));
    }
  };
  const serving = (async () => {
    const connections: Promise<void>[] = [];
    for await (const conn of listener) connections.push(serve(conn));
    await Promise.all(connections);
  })();
  const { port } = listener.addr as Deno.NetAddr;
  return {
    address: `127.0.0.1:${port}`,
    asked,
    async close() {
      listener.close();
      await serving;
    },
  };
}

let cpuSeconds = 0;

function replyTo(name: string): string {
  if (name === "GET") return "$16\r\nvvvvvvvvvvvvvvvv\r\n";
  if (name === "SET" || name === "MEMORY") return "+OK\r\n";
  if (name === "UNLINK") return ":1000\r\n";
  if (name !== "INFO") return "-ERR unknown command\r\n";
  const info = `# Memory\r\nused_memory_rss:${1e7 * ++cpuSeconds}\r\n` +
    `used_cpu_sys:${cpuSeconds}.5\r\nused_cpu_user:${cpuSeconds}\r\n`;
  return `$${info.length}\r\n${info}\r\n`;
}
