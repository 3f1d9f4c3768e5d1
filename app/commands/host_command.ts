import { doorLimits } from "../../limits.ts";
import type { CommandSpec, OptionSpec } from "../cli/command_spec.ts";
import { integerFrom } from "../cli/number_option.ts";
import { parseAddressOption, serverOption } from "../cli/query_client.ts";
import { tlsCaOption, tlsCertOption, tlsClientCaOption, tlsKeyOption } from "../cli/tls_files.ts";
import { tokenFileOption } from "../cli/token_file.ts";
import { worldOption } from "../cli/world_option.ts";
import { configOption, printConfigOption } from "../settings/settings_options.ts";
import { logOptions } from "./log_options.ts";
import { settled } from "./settled.ts";

/** Each is a setting too: it may come from the environment or a file. */
export const hostOptions: readonly OptionSpec[] = [
  {
    name: "--telnet",
    value: "HOST:PORT",
    summary: "let people in who have telnet, or a client for games; port 0 takes any",
    parse: (text) => parseAddressOption(text, "127.0.0.1:4000", 0),
  },
  {
    name: "--web",
    value: "HOST:PORT",
    summary: "let people in who have a browser: the page is at /; port 0 takes any",
    parse: (text) => parseAddressOption(text, "127.0.0.1:8080", 0),
  },
  serverOption,
  tokenFileOption,
  { name: "--tls", summary: "connect to the servers in TLS" },
  { ...tlsCaOption, summary: "verify the servers by the certificates of these CAs; means --tls" },
  {
    name: "--client-cert",
    value: "FILE",
    summary: "the certificate to show to a server that asks for one (default: that of the doors)",
    completes: "files",
  },
  { name: "--client-key", value: "FILE", summary: "its key", completes: "files" },
  {
    name: "--insecure-server",
    summary: "show the token unencrypted to servers on other machines",
  },
  { ...tlsCertOption, summary: "speak TLS at the doors, with this certificate" },
  tlsKeyOption,
  tlsClientCaOption,
  {
    name: "--max-per-address",
    value: "N",
    summary:
      `connections from one address at a time (default: ${doorLimits.connectionsPerAddressMax})`,
    type: "integer",
    parse: integerFrom(1, doorLimits.connectionsMax),
  },
  {
    name: "--behind-proxy",
    summary: "on the web, take a player's address from X-Forwarded-For, which a proxy sets",
  },
  {
    name: "--insecure",
    summary: "let people on other machines in without TLS, who type passwords for all to read",
  },
  worldOption,
  ...logOptions,
  { name: "--json", summary: "print a line of JSON when the doors are open" },
  configOption,
  printConfigOption,
];

/** `cmud host` */
export const hostCommand: CommandSpec = {
  name: "host",
  summary: "Open doors to the game for people who have not the program, until it is stopped",
  options: hostOptions,
  examples: [
    [
      "cmud host --web 127.0.0.1:8080",
      "a page to play on, in the world of the server that is here",
    ],
    ["cmud host --telnet 127.0.0.1:4000 --server cmud-a:6001,cmud-b:6001", "for MUD clients"],
    ["cmud host --web 0.0.0.0:443 --tls-cert door.crt --tls-key door.key", "on the internet"],
  ],
  permissions: ["net", "read"],
  ...settled(
    hostOptions,
    async (invocation) => (await import("./run_host.ts")).runHost(invocation),
  ),
};
