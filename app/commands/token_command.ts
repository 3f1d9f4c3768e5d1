import type { CommandSpec } from "../cli/command_spec.ts";

/** `cmud token` */
export const tokenCommand: CommandSpec = {
  name: "token",
  summary: "Make tokens, which let clients and servers in",
  examples: [
    ["cmud token new --name ada --role write --prefix user:ada:", "print it, and its entry"],
  ],
  commands: [
    {
      name: "new",
      summary: "Make a token, and the entry of the auth file that lets it in",
      options: [
        { name: "--name", value: "NAME", summary: "names who has it, in the log" },
        {
          name: "--role",
          value: "ROLE",
          summary: "what it allows: read, write, admin; peer is for servers",
          values: ["read", "write", "admin", "peer"],
        },
        {
          name: "--prefix",
          value: "PREFIX",
          summary: "it is good for keys that begin so alone; may be repeated",
          repeatable: true,
        },
        {
          name: "--auth-file",
          value: "FILE",
          summary: "add the entry to this file instead of printing it",
          completes: "files",
        },
        {
          name: "--token-file",
          value: "FILE",
          summary: "write the token to this new file, for its owner's eyes, instead of printing it",
          completes: "files",
        },
      ],
      examples: [
        ["cmud token new --name ada --role read", "print a token, once, and its entry"],
        [
          "cmud token new --name ada --role read --auth-file auth.toml --token-file ada.token",
          "print neither",
        ],
      ],
      permissions: ({ options }) =>
        options.authFile === undefined && options.tokenFile === undefined ? [] : ["read", "write"],
      run: async (invocation) => (await import("./run_token.ts")).runNew(invocation),
    },
  ],
};
