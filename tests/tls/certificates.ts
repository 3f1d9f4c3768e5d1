import { type Certified, makeAuthority, makeCertificate } from "../../app/cert/authority.ts";
import type { TlsSettings } from "../../rpc/mod.ts";

const dayMs = 86_400_000;

/** Valid from yesterday on, for so many days. */
function validity(days: number) {
  const fromMs = Date.now() - dayMs;
  return { fromMs, untilMs: fromMs + days * dayMs };
}

const [own, foreign] = await Promise.all([
  makeAuthority("CMUD test CA", validity(30)),
  makeAuthority("CMUD test CA", validity(30)),
]);

/** The CA of the tests, and one of the same name that nobody trusts. */
export const authorities = { own, foreign };

/** What a server is given: a certificate for this machine, unless told otherwise. */
export async function settingsOf(
  { by = own, names = ["127.0.0.1"], days = 30 }: {
    by?: Certified;
    names?: readonly string[];
    days?: number;
  } = {},
): Promise<TlsSettings> {
  return { ...await makeCertificate(by, names, validity(days)), ca: own.cert };
}

/** What a client is given that trusts the CA of the tests. */
export const trusting: TlsSettings = { ca: own.cert };
