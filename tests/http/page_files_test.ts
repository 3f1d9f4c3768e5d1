import { pageFiles } from "../../http/mod.ts";
import { assertEquals, assertStringIncludes } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

Deno.test("pageFiles() has the files of a page that was made; of one that was not, a line names the task", () => {
  using directory = new TempDirectory();
  const pages = () => pageFiles(directory.url);
  const { status, body } = pages().get("/")!;
  assertEquals(status, 404);
  assertStringIncludes(body as string, "`deno task page` makes it");
  for (const [name, text] of [["page.html", "<p>made"], ["page.css", ""], ["page.js", ""]]) {
    Deno.writeTextFileSync(new URL(name, directory.url), text);
  }
  const made = pages().get("/")!;
  assertEquals([made.status, made.type, made.body], [200, "text/html; charset=utf-8", "<p>made"]);
});
