import { loadX509 } from "../../deps.ts";

/** A certificate and its key, as texts in PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

/** For how long something is valid, milliseconds since the epoch. */
export interface Validity {
  readonly fromMs: number;
  readonly untilMs: number;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Makes a CA, which vouches for servers. */
export async function makeAuthority(name: string, validity: Validity): Promise<Certified> {
  const x509 = await loadX509();
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [name] }],
    ...datesOf(validity),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      // It vouches for servers, and for no other CAs.
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return await certified(certificate.toString("pem"), keys);
}

/**
 * Makes a certificate that a CA vouches for.
 *
 * @param names host names and addresses by which the server is dialed, one at least
 * @throws {Error} when the CA's certificate or key cannot be read.
 */
export async function makeCertificate(
  authority: Certified,
  names: readonly string[],
  validity: Validity,
): Promise<Certified> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(authority.cert);
  const [pkcs8] = x509.PemConverter.decode(authority.key);
  const signingKey = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [names[0]] }],
    issuer: issuer.subject,
    ...datesOf(validity),
    signingAlgorithm: algorithm,
    signingKey,
    publicKey: keys.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      // A server is a client of other servers too.
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isAddress(value) ? "ip" as const : "dns" as const, value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return await certified(certificate.toString("pem"), keys);
}

/** Whether a name is an address of IPv4 or IPv6. */
function isAddress(name: string): boolean {
  return name.includes(":") || /^\d+(\.\d+){3}$/.test(name);
}

function makeKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function certified(cert: string, { privateKey }: CryptoKeyPair): Promise<Certified> {
  const { PemConverter } = await loadX509();
  const key = PemConverter.encode(
    await crypto.subtle.exportKey("pkcs8", privateKey),
    "PRIVATE KEY",
  );
  return { cert: `${cert}\n`, key: `${key}\n` };
}

/** A number that no other certificate has. It is positive: its first bit is none. */
function serialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = bytes[0] & 0x7f | 0x40;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function datesOf({ fromMs, untilMs }: Validity): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(fromMs), notAfter: new Date(untilMs) };
}
