import { linkOf } from "../../lab/model/link.ts";
import { filesBelow, read } from "../support/repository.ts";

/** Where `deno task lab` serves the laboratory. */
const laboratory = "http://127.0.0.1:8090/";

/** A chapter of the course. */
export interface Chapter {
  readonly number: number;
  readonly path: string;
  readonly text: string;
  /** Its experiment. */
  readonly scenario: string;
}

/** All of them, in their order. */
export function chapters(): Chapter[] {
  return [...filesBelow("docs/course/", ".md")].filter((path) => /\/\d\d-/.test(path)).sort()
    .map((path) => {
      const [, digits] = /\/(\d\d)-/.exec(path)!;
      const scenario = read(`docs/course/scenarios/${digits}.txt`);
      return { number: Number(digits), path, text: read(path), scenario };
    });
}

/** The text of a chapter with the link to its experiment as it must be. */
export function withLink({ text, scenario }: Chapter): string {
  const link = laboratory +
    linkOf({ text: scenario, atMs: 0 }).replace(
      /[()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16)}`,
    );
  return text.replace(/\]\((?:@LAB@|http:\/\/127\.0\.0\.1:8090\/#[^)]*)\)/, () => `](${link})`);
}
