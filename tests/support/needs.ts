/** Tests that need more than Deno and this repository: where that is missing they are skipped, by name. */

/**
 * Every program that tests start beside Deno, by where it comes from: an essential package of Debian,
 * Node, or a package that has to be installed.
 */
export const programs = {
  essential: [
    "bash",
    "cat",
    "id",
    "mkfifo",
    "mount",
    "perl",
    "script",
    "sh",
    "stty",
    "umount",
    "unshare",
  ],
  node: ["node", "npm"],
  package: [
    "chromium",
    "fish",
    "gcc",
    "git",
    "ip",
    "jq",
    "openssl",
    "prometheus",
    "promtool",
    "python3",
    "redis-benchmark",
    "redis-cli",
    "redis-server",
    "spin",
    "strace",
    "systemd-analyze",
    "tc",
    "tt++",
    "zsh",
  ],
} as const;

/**
 * The package of a program, where that has another name. A compiler needs headers, which come with another
 * one, and Python the module that tests use.
 */
export const packages: Readonly<Record<string, string>> = {
  "gcc": "g++",
  "ip": "iproute2",
  "promtool": "prometheus",
  "python3": "python3-msgpack",
  "redis-benchmark": "redis-tools",
  "redis-cli": "redis-tools",
  "systemd-analyze": "systemd",
  "tc": "iproute2",
  "tt++": "tintin++",
};

/** A program that tests may start. */
export type Program = typeof programs[keyof typeof programs][number];

/** The first of these programs that is not installed here; `undefined`: all are. */
export function missing(...programs: Program[]): Program | undefined {
  return programs.find((program) => !isInstalled(program));
}

/** What a test of Linux alone lacks here. */
export const lackingLinux = Deno.build.os === "linux" ? undefined : "Linux";

/** How programs are asked whether they are there, other than by `--version`. */
const asked: { readonly [Name in Program]?: readonly string[] } = {
  ip: ["-V"],
  openssl: ["version"],
  python3: ["-c", "import msgpack"],
  spin: ["-V"],
  "tc": ["-V"],
  "tt++": ["-V"],
};

/** Programs that answer such a question, and fail all the same. */
const failing: readonly Program[] = ["tt++"];

/** The path of a program whose package is not that of the first one on the search path. */
const paths: { readonly [Name in Program]?: string } = {
  "python3": "/usr/bin/python3",
  "tt++": "/usr/games/tt++",
};

/** What a program is started by. */
export function commandOf(program: Program): string {
  return paths[program] ?? program;
}

/** Whether `program` answers. One that cannot be started is an answer too. */
function isInstalled(program: Program): boolean {
  try {
    const command = new Deno.Command(commandOf(program), {
      args: [...asked[program] ?? ["--version"]],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    return command.outputSync().success || failing.includes(program);
  } catch {
    return false;
  }
}

/**
 * A test that is skipped, and says why in its name, where something that it needs is not there.
 *
 * @param lacking what is not there, such as "zsh"; `undefined` when everything is
 */
export function testUnless(
  lacking: string | undefined,
  name: string,
  fn: () => void | Promise<void>,
): void {
  const ignore = lacking !== undefined;
  // `.ci/run` looks for these words.
  Deno.test({ name: ignore ? `${name} (skipped: no ${lacking})` : name, ignore, fn });
}
