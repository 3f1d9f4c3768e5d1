/** Controls and formats (zero-width ones among them), blanks, marks without a letter, fillers. */
const unseen = /[\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Whether anything of `text` leaves ink on a screen. */
export function isVisible(text: string): boolean {
  return text.replace(unseen, "") !== "";
}
