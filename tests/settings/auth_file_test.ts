import { hashOfToken, newToken } from "../../access/mod.ts";
import { entryText, parseAuthFile } from "../../app/settings/auth_file.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "../deps.ts";
import { makeToken } from "../support/tokens.ts";

const hash = hashOfToken(newToken());
const good = `[[token]]\nname = "ada"\nhash = "${hash}"\nrole = "write"\n`;

Deno.test("an auth file has the tokens that its entries are, as they are printed", async () => {
  const entries = [
    makeToken("read").entry,
    makeToken("write", ["user:ada:", 'with " and \\'], "ada@example").entry,
    makeToken("peer", [], "eu-1").entry,
  ];
  const texts = await Promise.all(entries.map(entryText));
  assertEquals(await parseAuthFile(texts.join("\n"), "auth.toml"), entries);
});

Deno.test("what is wrong in an auth file is told, and no token that stands there", async () => {
  const token = newToken();
  const files: [string, RegExp][] = [
    ["", /it has no \[\[token\]\]/],
    ["[[token]", /^Cannot use auth\.toml: line 1: Invalid TOML/],
    [`[[token]]\nname = "ada"\nhash = ${token}\n`, /^Cannot use auth\.toml: line 3: Invalid TOML/],
    ["[[tokens]]\n", /unknown key "tokens" \(did you mean token\?\)/],
    ["[token]\nname = 'ada'", /allowed are tables \[\[token\]\]/],
    ["token = [1]", /allowed are tables \[\[token\]\]/],
    [`[[token]]\nrole = "read"`, /token 1 in auth\.toml: it has no name/],
    [
      good + 'perfixes = ["a"]',
      /token 1 in auth\.toml: unknown key "perfixes" \(did you mean prefixes\?\)/,
    ],
    [good.replace("write", "wirte"), /token "ada" of auth\.toml: .*\(did you mean write\?\)/],
    [good.replace("ada", "default"), /not "default"/],
    [good.replace("ada", "a b"), /Allowed as a name/],
    [good.replace(hash, token), /token "ada" of auth\.toml: Its hash is none\. .*cmud token new/],
    [good.replace(hash, hash.slice(0, -1)), /Its hash is none/],
    [good + 'prefixes = "a"', /Its prefixes are no list/],
    [good + 'prefixes = [""]', /Allowed as a prefix/],
    [good.replace("write", "admin") + 'prefixes = ["a"]', /the roles read and write alone/],
    [good + good, /token 2 has the name of an earlier one/],
    [good + good.replace("ada", "bob"), /token 2 has the hash of an earlier one/],
  ];
  for (const [text, said] of files) {
    const { message } = await assertRejects(() => parseAuthFile(text, "auth.toml"), Error);
    assertMatch(message, said);
    assert(!message.includes(token), message);
  }
});
