import { assertEquals } from "../deps.ts";

/**
 * A program as a user of the client writes it.
 *
 * @param client the specifier of the client's module
 * @param addresses of a server, and one where nobody answers
 */
export const programWith = (client: string, [address, deadAddress]: readonly string[]) =>
  `import { Client, ConnectionError, isRetriable } from ${JSON.stringify(client)};
const deadAddress = ${JSON.stringify(deadAddress)};
const client = new Client([${JSON.stringify(address)}, deadAddress]);
await client.put("user/ada", "Countess ".repeat(50_000));
const value: string | undefined = await client.get("user/ada");
for await (const [key, { length }] of client.scan("user/")) console.log(key, length, value?.length);
await client.close();
const error = await new Client(deadAddress).get("user/ada").catch((error) => error);
console.log(error instanceof ConnectionError, error.address === deadAddress, isRetriable(error));
`;

/** What that program prints. */
export const printed = "user/ada 450000 450000\ntrue true true\n";

/** The same program where types are not understood. */
export const withoutTypes = (program: string) => program.replace(": string | undefined", "");

/** Runs a command, and expects it to print `stdout`, and nothing else. */
export async function expectOutput(
  command: string,
  args: readonly string[],
  cwd: string,
  stdout: string,
): Promise<void> {
  const output = await new Deno.Command(command, {
    args: [...args],
    cwd,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals([output.code, text(output.stdout), text(output.stderr)], [0, stdout, ""]);
}
