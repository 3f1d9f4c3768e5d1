import { writeVersion } from "../../kvcommon/mod.ts";
import { beginNotification, type MsgpackWriter } from "../../rpc/mod.ts";
import type { Store } from "../store/mod.ts";
import type { WatchForm } from "./watch_form.ts";

/** Notifications in frames: `Changed` and `Initial`, with the id of the watch on its connection. */
export class FrameForm implements WatchForm {
  #id: number;
  #store: Store;
  /** Where the notification begins that is written, its frame, and the header of its changes. */
  #start = 0;
  #frame = 0;
  #header = 0;

  constructor(id: number, store: Store) {
    this.#id = id;
    this.#store = store;
  }

  begin(writer: MsgpackWriter): void {
    this.#start = writer.size;
    this.#frame = beginNotification(writer, "Changed");
    writer.arrayHeader(2);
    writer.int(this.#id);
    this.#header = writer.reserveHeader32();
  }

  /** Appends `[key, value or nil, version]`. */
  write(writer: MsgpackWriter, n: number): void {
    const store = this.#store;
    writer.arrayHeader(3);
    store.writeKey(writer, n);
    if (store.isShown(n)) store.writeValue(writer, n);
    else writer.nil();
    writeVersion(writer, store.timestampOf(n), store.sequenceOf(n), store.uidOf(n));
  }

  end(writer: MsgpackWriter, count: number): void {
    if (count === 0) return writer.truncate(this.#start);
    writer.fillHeader32(this.#header, 0xdd, count);
    writer.endFrame(this.#frame);
  }

  endInitial(writer: MsgpackWriter): void {
    const frame = beginNotification(writer, "Initial");
    writer.arrayHeader(1);
    writer.int(this.#id);
    writer.endFrame(frame);
  }
}
