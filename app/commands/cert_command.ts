import type { CommandSpec } from "../cli/command_spec.ts";
import { integerFrom } from "../cli/number_option.ts";

/** `cmud cert` */
export const certCommand: CommandSpec = {
  name: "cert",
  summary: "Make certificates for TLS, and the CA that vouches for them",
  arguments: [{
    name: "NAME",
    summary: "a host's name or address, as it is dialed; with further ones behind commas",
    repeatable: true,
  }],
  options: [
    {
      name: "--dir",
      value: "DIR",
      summary: "where they are kept: ca.pem and ca.key, NAME.pem and NAME.key (default: .)",
      completes: "files",
    },
    {
      name: "--days",
      value: "N",
      summary: "how long certificates are valid (default: 365)",
      parse: integerFrom(1, 3_650),
    },
  ],
  examples: [
    ["cmud cert --dir certs tokyo.example paris.example", "a CA, and a certificate for each"],
    ["cmud cert --dir certs tokyo.example,203.0.113.7", "one for a host of two names"],
  ],
  permissions: ["read", "write"],
  run: async (invocation) => (await import("./run_cert.ts")).runCert(invocation),
};
