import { TempDirectory } from "../support/disk/temp_directory.ts";
import { freePorts } from "../support/ports.ts";
import { read } from "../support/repository.ts";

/** A Prometheus that scrapes some ports each second, and looks at rules as often. */
export class Prometheus implements AsyncDisposable {
  #directory = new TempDirectory();
  #address = `127.0.0.1:${freePorts(1)}`;
  #child: Deno.ChildProcess;

  /** @param rules the text of a file of them */
  constructor(targets: readonly string[], rules = read("examples/operate/alerts.yml")) {
    const rulesPath = `${this.#directory.path}/alerts.yml`;
    Deno.writeTextFileSync(rulesPath, rules);
    const config = {
      global: { scrape_interval: "1s", evaluation_interval: "1s" },
      rule_files: [rulesPath],
      // As where each server has a certificate of its own, and is asked for by its name.
      scrape_configs: targets.map((target, i) => ({
        job_name: `server-${i}`,
        static_configs: [{ targets: [target], labels: { job: "cmud" } }],
      })),
    };
    const path = `${this.#directory.path}/prometheus.yml`;
    // JSON is YAML.
    Deno.writeTextFileSync(path, JSON.stringify(config));
    this.#child = new Deno.Command("prometheus", {
      args: [
        `--config.file=${path}`,
        `--storage.tsdb.path=${this.#directory.path}/data`,
        `--web.listen-address=${this.#address}`,
        "--log.level=error",
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  /** The values of an instant query, by the labels that tell them apart; none while it starts. */
  async ask(query: string): Promise<[labels: Record<string, string>, value: number][]> {
    try {
      const url = `http://${this.#address}/api/v1/query?query=${encodeURIComponent(query)}`;
      const { data } = await (await fetch(url)).json();
      return data.result.map((
        { metric, value: [, value] }: { metric: Record<string, string>; value: [number, string] },
      ) => [metric, Number(value)]);
    } catch {
      return [];
    }
  }

  /** The names of the alerts that fire. */
  async firing(): Promise<Set<string>> {
    const alerts = await this.ask('ALERTS{alertstate="firing"}');
    return new Set(alerts.map(([{ alertname }]) => alertname));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#child.status;
    this.#directory[Symbol.dispose]();
  }
}
