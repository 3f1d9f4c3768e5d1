import type { MsgpackWriter } from "../rpc/mod.ts";

/** A value of a load: a str or a bin. */
export type LoadValue = string | Uint8Array;

/** What a request of a load asks for. */
export type LoadMethod = "Get" | "Put" | "List";

/** How a load speaks with a kind of server: requests are written beforehand, replies only counted. */
export interface LoadProtocol {
  /** RESP is Redis's. */
  name: "cmud" | "resp";
  /** Appends the `i`th request of a batch. */
  writeRequest(
    writer: MsgpackWriter,
    i: number,
    method: LoadMethod,
    key: string,
    value: LoadValue,
  ): void;
  /**
   * Where the reply at `at` ends; 0 while it is not whole.
   *
   * @throws {Error} when the server refused the request, or has nothing where it ought to.
   */
  endOfReply(bytes: Uint8Array, at: number, end: number): number;
}
