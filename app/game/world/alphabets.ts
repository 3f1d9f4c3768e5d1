/**
 * Which letters may stand together in a name, so that no name looks like another one.
 *
 * @module
 */

/** An alphabet in which names may be written. */
interface Alphabet {
  readonly letters: RegExp;
  /** Whether letters bear marks that are characters of their own. */
  readonly hasMarks?: boolean;
  /** Letters that look like some of another alphabet, or of this one: no name has these alone. */
  readonly lookalikes?: string;
}

/** ASCII letters, and the others of Latin alphabets that are no look-alikes of them. */
const latin = /^[A-Za-zÆæØøßẞĐđðÞþŁłŒœ]$/;

const alphabets: readonly Alphabet[] = [
  { letters: latin },
  { letters: /\p{sc=Greek}/u, lookalikes: "ΑΒΓΕΖΗΙΚΜΝΟΠΡΤΥΦΧαγικνοπρστυφχω" },
  { letters: /\p{sc=Cyrillic}/u, lookalikes: "АВГЕЅІЈКМНОПРСТУФХӀаеоргіпрсукѕхфјһԁԛԝѡ" },
  { letters: /\p{sc=Armenian}/u, lookalikes: "ԼՕՈՍՏհղոսցքօ" },
  { letters: /\p{sc=Georgian}/u },
  { letters: /\p{sc=Hebrew}/u, hasMarks: true, lookalikes: "וןסט" },
  { letters: /\p{sc=Arabic}/u, hasMarks: true, lookalikes: "اه" },
  { letters: /\p{sc=Devanagari}/u, hasMarks: true },
  { letters: /\p{sc=Thai}/u, hasMarks: true },
  { letters: /\p{sc=Hangul}/u, lookalikes: "ㅣㅡㅇ" },
  {
    letters: /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー]/u,
    lookalikes: "ロニカエハタトヘへリりー一口二力工八夕卜",
  },
];

/**
 * Whether all letters of `text` are of one alphabet, in the composed form, and not all of them look
 * like letters of another one.
 */
export function isOfOneAlphabet(text: string): boolean {
  // Letters that are variants of others (wide, bold, ligatures) are not in this form.
  if (text !== text.normalize("NFKC")) return false;
  const characters = Array.from(text);
  const marks = characters.filter((character) => /\p{M}/u.test(character));
  const letters = characters.filter((character) => /\p{L}/u.test(character)).map(withoutMarks);
  return alphabets.some(({ letters: own, hasMarks = false, lookalikes = "" }) =>
    letters.every((letter) => own.test(letter)) && (hasMarks || marks.length === 0) &&
    (lookalikes === "" || letters.some((letter) => !lookalikes.includes(letter)))
  );
}

/** The letter that bears the marks of a composed one; Hangul syllables bear none. */
function withoutMarks(letter: string): string {
  const [base, ...marks] = letter.normalize("NFD");
  return marks.every((mark) => /\p{M}/u.test(mark)) ? base : letter;
}
