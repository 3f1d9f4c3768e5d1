/** A replica, or all of a server. */
export interface Place {
  readonly server: string;
  /** From 1; absent: the first one where something is asked, all of them where something is expected. */
  readonly replica?: number;
}

/** What is expected of replicas. */
export type Condition =
  /** `null`: nothing is shown of the key. */
  | { readonly type: "value"; readonly key: string; readonly value: string | null }
  | { readonly type: "tombstone"; readonly key: string; readonly isHeld: boolean }
  /** All show the same. */
  | { readonly type: "equal" }
  /** They have all that they were to take over. */
  | { readonly type: "ready" }
  /** No comparison found anything that a replica lacked. */
  | { readonly type: "unrepaired" }
  /** No server sends another one anything for so long. */
  | { readonly type: "silence"; readonly ms: number };

/** One direction between two servers, or both. */
export interface Link {
  readonly from: string;
  readonly to: string;
  readonly isBothWays: boolean;
}

/** Something that is done to a cluster, or expected of it. */
export type Statement =
  | {
    readonly type: "server";
    readonly name: string;
    readonly replicas: number;
    readonly skewMs: number;
    readonly hasDisk: boolean;
    readonly joins: readonly string[];
  }
  /** A server that has ended starts again, with its disk unless that is gone. */
  | {
    readonly type: "restart";
    readonly name: string;
    readonly isDiskLost: boolean;
    readonly joins: readonly string[];
  }
  | { readonly type: "crash" | "stop"; readonly name: string }
  | { readonly type: "join"; readonly name: string; readonly others: readonly string[] }
  | { readonly type: "forget"; readonly name: string; readonly on: string }
  | { readonly type: "skew"; readonly name: string; readonly skewMs: number }
  | {
    readonly type: "put";
    readonly key: string;
    readonly value: string;
    readonly ttlMs?: number;
    readonly on: Place;
  }
  | { readonly type: "delete"; readonly key: string; readonly on: Place }
  /** `ttlMs` `null`: it expires no more. */
  | {
    readonly type: "expire";
    readonly key: string;
    readonly ttlMs: number | null;
    readonly on: Place;
  }
  /** An entry of a backup, which another cluster has written so long ago. */
  | {
    readonly type: "restore";
    readonly key: string;
    readonly value: string;
    readonly agoMs: number;
    /** How long after it was written it expires. */
    readonly ttlMs?: number;
    /** Whether the backup has the number of the write. */
    readonly isNumbered: boolean;
    readonly on: Place;
  }
  | { readonly type: "cut" | "heal"; readonly link: Link }
  /** Connections are given up and dialed anew; what is on its way on the old ones comes so much later. */
  | { readonly type: "reconnect"; readonly link: Link; readonly lateMs: number }
  | { readonly type: "link"; readonly link: Link; readonly ms: number }
  /** So much leaves on each link in each direction; `Infinity`: all at once. */
  | { readonly type: "bandwidth"; readonly bytesPerMs: number }
  /** `on` empty: on all that run. */
  | {
    readonly type: "expect";
    readonly condition: Condition;
    readonly on: readonly Place[];
    /** Whether it must be so at the moment in which all of them have what they were to take over. */
    readonly isOnceReady: boolean;
    /** How long may pass until it is so, or they are ready. */
    readonly withinMs: number;
  }
  | { readonly type: "note"; readonly text: string };

/** A statement and when it is due, in virtual milliseconds. */
export interface Step {
  readonly atMs: number;
  readonly statement: Statement;
  /** Of the text, from 1; absent: it comes from none. */
  readonly line?: number;
}

/** A story of a cluster. */
export interface Scenario {
  readonly title: string;
  /** Of all that is drawn. */
  readonly seed: number;
  /** How long a message takes, where no link says otherwise. */
  readonly delayMs: number;
  /** Whether servers compare what they hold now and then, which mends what is wrong. */
  readonly compares: boolean;
  /** A message takes up to so much longer. */
  readonly jitterMs: number;
  /** In the order of their times. */
  readonly steps: readonly Step[];
  /** How long it goes on: to the last step, or to the time that is waited for behind it. */
  readonly endMs: number;
}
