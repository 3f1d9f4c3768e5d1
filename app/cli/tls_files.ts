import { canAskForCertificates, type TlsSettings } from "../../rpc/mod.ts";
import type { OptionSpec } from "./command_spec.ts";
import { readText } from "./text_file.ts";
import { UsageError } from "./usage_error.ts";

/** Which CAs are trusted, beside those that the runtime knows. */
export const tlsCaOption: OptionSpec = {
  name: "--tls-ca",
  value: "FILE",
  summary: "verify others by the certificates of these CAs, too",
  completes: "files",
};

/** The certificate of whoever listens. */
export const tlsCertOption: OptionSpec = {
  name: "--tls-cert",
  value: "FILE",
  summary: "speak TLS on all ports and to other servers, with this certificate",
  completes: "files",
};

/** Its key. */
export const tlsKeyOption: OptionSpec = {
  name: "--tls-key",
  value: "FILE",
  summary: "the key of that certificate",
  completes: "files",
};

/** The CAs of the certificates that clients must show. */
export const tlsClientCaOption: OptionSpec = {
  name: "--tls-client-ca",
  value: "FILE",
  summary: "let nobody in who has no certificate of one of these CAs (Deno 2.9.6 or later)",
  completes: "files",
};

/** The files of each part of the settings. */
export type TlsFiles = { readonly [Part in keyof TlsSettings]?: string };

/** What must stand in each of them. */
const contents: Readonly<Record<keyof TlsSettings, RegExp>> = {
  cert: /-----BEGIN CERTIFICATE-----/,
  key: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/,
  ca: /-----BEGIN CERTIFICATE-----/,
  clientCa: /-----BEGIN CERTIFICATE-----/,
};

/**
 * Reads the files of who listens; `undefined`: there are none, and plain TCP is spoken.
 *
 * @throws {UsageError} when one cannot be used, is missing, or is more than this runtime can do.
 */
export async function readPortTls(files: TlsFiles): Promise<TlsSettings | undefined> {
  if (Object.values(files).every((file) => file === undefined)) return undefined;
  if (files.cert === undefined || files.key === undefined) {
    throw new UsageError("Cannot speak TLS without both --tls-cert and --tls-key");
  }
  if (files.clientCa !== undefined && !canAskForCertificates()) {
    throw new UsageError(
      `Cannot use --tls-client-ca: Deno ${Deno.version.deno} cannot ask clients for certificates, ` +
        "Deno 2.9.6 can",
    );
  }
  return await readTlsFiles(files);
}

/** Reads files of certificates and keys. @throws {UsageError} when one cannot be used. */
export async function readTlsFiles(files: TlsFiles): Promise<TlsSettings> {
  const settings: Record<string, string> = {};
  for (const [part, path] of Object.entries(files)) {
    if (path !== undefined) settings[part] = await readPem(path, part as keyof TlsSettings);
  }
  return settings;
}

async function readPem(path: string, part: keyof TlsSettings): Promise<string> {
  const text = await readText(path);
  if (contents[part].test(text)) return text;
  const what = part === "key" ? "a private key" : "a certificate";
  throw new UsageError(`Cannot use ${path}: it has not ${what} in PEM in it`);
}
