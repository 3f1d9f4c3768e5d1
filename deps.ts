/**
 * The third-party names that the program uses; versions are pinned in `deno.json`.
 *
 * Each is loaded when it is first needed: the program starts in the time of what a command uses.
 * What only the tests use stands in `tests/deps.ts`, so that no test library is part of the program.
 *
 * @module
 */

/** Line editing on a terminal, loaded when there is one. */
export async function loadReadline() {
  const [{ createInterface }, { Readable, Writable }] = await Promise.all([
    import("node:readline"),
    import("node:stream"),
  ]);
  return { createInterface, Readable, Writable };
}

/** The command tree's library, loaded by the command line alone: a server's workers never need it. */
export const loadCommander = (): Promise<typeof import("commander")> => import("commander");

/** Loaded by whoever has a typo to explain. */
export async function loadEditDistance(): Promise<(a: string, b: string) => { steps: number }> {
  // The package ships no types.
  const { default: editDistance } = await import("damerau-levenshtein");
  return editDistance;
}

/** Reads and writes files of settings, loaded by whoever has one. */
export const loadToml = (): Promise<typeof import("smol-toml")> => import("smol-toml");

/** Parses heads of requests over HTTP, loaded by a server that serves it. */
export async function loadHttpParser(): Promise<typeof import("http-parser-js").HTTPParser> {
  const { HTTPParser } = await import("http-parser-js");
  return HTTPParser;
}

/** Signs requests to S3, loaded by who keeps backups there. */
export const loadAwsClient = async () => (await import("aws4fetch")).AwsClient;

/** Reads what S3 lists, loaded by who keeps backups there. */
export const loadXmlParser = async () => (await import("fast-xml-parser")).XMLParser;

/** Makes certificates, loaded by whoever makes one. It looks for what the other one defines. */
export async function loadX509(): Promise<typeof import("@peculiar/x509")> {
  await import("reflect-metadata");
  return await import("@peculiar/x509");
}
