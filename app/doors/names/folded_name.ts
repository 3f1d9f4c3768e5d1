/** The form of a name in which two that differ in case alone are one: so nobody is mistaken for another. */
export function foldedName(name: string): string {
  return name.normalize("NFKC").toLowerCase().normalize("NFC");
}
