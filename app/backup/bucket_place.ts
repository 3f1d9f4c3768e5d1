import { loadAwsClient, loadXmlParser } from "../../deps.ts";
import { UnreachableError } from "../cli/unreachable_error.ts";
import { UsageError } from "../cli/usage_error.ts";
import type { ByteRange, Place } from "./place.ts";

/** How a bucket is reached: what `AWS_*` variables say. */
export interface BucketSettings {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
  /** Of a store of another maker: an URL. Default: that of AWS for the region. */
  readonly endpoint?: string;
}

/** The variables that name them, those tried first in front. */
const variables = {
  accessKeyId: ["AWS_ACCESS_KEY_ID"],
  secretAccessKey: ["AWS_SECRET_ACCESS_KEY"],
  sessionToken: ["AWS_SESSION_TOKEN"],
  region: ["AWS_REGION", "AWS_DEFAULT_REGION"],
  endpoint: ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"],
} as const;

/** @throws {UsageError} when one is missing, or is none. */
export function bucketSettings(env: (name: string) => string | undefined): BucketSettings {
  const read = (setting: keyof typeof variables) =>
    variables[setting].map((name) => env(name)).find((value) =>
      value !== undefined && value !== ""
    );
  const needed = (setting: "accessKeyId" | "secretAccessKey") => {
    const value = read(setting);
    if (value !== undefined) return value;
    throw new UsageError(`Cannot use a bucket: $${variables[setting][0]} is not set`);
  };
  const endpoint = read("endpoint");
  if (endpoint !== undefined && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? "")) {
    throw new UsageError(
      `Cannot use a bucket: found "${endpoint}" as $AWS_ENDPOINT_URL, allowed is http(s)://HOST`,
    );
  }
  return {
    accessKeyId: needed("accessKeyId"),
    secretAccessKey: needed("secretAccessKey"),
    sessionToken: read("sessionToken"),
    region: read("region") ?? "us-east-1",
    endpoint,
  };
}

/** Backups in a bucket of S3, or of another store that speaks as it does, addressed by path. */
export class BucketPlace implements Place {
  readonly name: string;
  #root: string;
  #prefix: string;
  #fetch: (url: string, init?: RequestInit) => Promise<Response>;
  #parse: (xml: string) => unknown;

  private constructor(
    { bucket, prefix, root }: { bucket: string; prefix: string; root: string },
    fetch: (url: string, init?: RequestInit) => Promise<Response>,
    parse: (xml: string) => unknown,
  ) {
    this.name = `s3://${bucket}${prefix === "" ? "" : `/${prefix.slice(0, -1)}`}`;
    this.#root = root;
    this.#prefix = prefix;
    this.#fetch = fetch;
    this.#parse = parse;
  }

  /** @param address `s3://BUCKET/PREFIX` @throws {UsageError} when it is none. */
  static async open(address: string, settings: BucketSettings): Promise<BucketPlace> {
    const [, bucket, path = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/
      .exec(address) ?? [];
    if (bucket === undefined) {
      throw new UsageError(`Cannot use "${address}": allowed is s3://BUCKET/PREFIX`);
    }
    const trimmed = path.replace(/^\/+|\/+$/g, "");
    const endpoint = settings.endpoint ?? `https://s3.${settings.region}.amazonaws.com`;
    const [AwsClient, XMLParser] = await Promise.all([loadAwsClient(), loadXmlParser()]);
    const client = new AwsClient({ ...settings, service: "s3", retries: retriesMax });
    // Names stay text, also those that look like numbers.
    const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === "Contents" });
    return new BucketPlace(
      {
        bucket,
        prefix: trimmed === "" ? "" : `${trimmed}/`,
        root: `${endpoint.replace(/\/+$/, "")}/${bucket}`,
      },
      // Its types are those of another runtime.
      (url, init) => client.fetch(url, init as Parameters<typeof client.fetch>[1]),
      (xml) => parser.parse(xml),
    );
  }

  async list(prefix: string): Promise<string[]> {
    const names: string[] = [];
    let token: string | undefined;
    do {
      const query = new URLSearchParams({ "list-type": "2", prefix: this.#prefix + prefix });
      if (token !== undefined) query.set("continuation-token", token);
      const response = await this.#request("list", `${this.#root}?${query}`);
      const { ListBucketResult: page } = this.#parse(await response.text()) as ListPage;
      if (page === undefined) {
        throw new Error(this.#failed("list", "what answers there is no bucket"));
      }
      for (const { Key } of (page || {}).Contents ?? []) names.push(Key.slice(this.#prefix.length));
      token = page.IsTruncated === "true" ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return names.sort();
  }

  async read(name: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    const headers = range && { range: `bytes=${range.offset}-${range.offset + range.length - 1}` };
    const response = await this.#request(`read ${name}`, this.#urlOf(name), { headers });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (range === undefined || bytes.length === range.length) return bytes;
    // A store may not know ranges, and gives all.
    return bytes.slice(range.offset, range.offset + range.length);
  }

  async write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const init = { method: "PUT", body: bytes };
    await (await this.#request(`write ${name}`, this.#urlOf(name), init)).body?.cancel();
  }

  async remove(name: string): Promise<void> {
    const init = { method: "DELETE" };
    await (await this.#request(`remove ${name}`, this.#urlOf(name), init)).body?.cancel();
  }

  #urlOf(name: string): string {
    return `${this.#root}/${(this.#prefix + name).split("/").map(encodeURIComponent).join("/")}`;
  }

  async #request(action: string, url: string, init?: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await this.#fetch(url, init);
    } catch (error) {
      // It names the address of the host, and says what was wrong.
      throw new UnreachableError(this.#failed(action, wordsOf(error as Error)), { cause: error });
    }
    if (response.ok) return response;
    const text = await response.text();
    const { Error: said } = (text.startsWith("<") ? this.#parse(text) : {}) as ErrorPage;
    const what = said?.Message ?? said?.Code ?? response.statusText;
    const advice = [401, 403].includes(response.status) ? ". Are the AWS_* variables right?" : "";
    throw new Error(this.#failed(action, `${response.status} ${what}${advice}`));
  }

  #failed(action: string, what: string): string {
    return `Cannot ${action} in ${this.name}: ${what}`;
  }
}

/** What went wrong below `fetch`, which says no more than that it failed. */
function wordsOf({ message, cause }: Error): string {
  return cause instanceof Error ? cause.message : message;
}

interface ListPage {
  ListBucketResult?: {
    Contents?: readonly { Key: string }[];
    IsTruncated?: string;
    NextContinuationToken?: string;
  };
}

interface ErrorPage {
  Error?: { Code?: string; Message?: string };
}

/** Tries of what a store refuses for now (429, 5xx), ever further apart: some ten seconds in all. */
const retriesMax = 7;
