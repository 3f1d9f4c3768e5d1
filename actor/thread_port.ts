import type { ThreadPort } from "./thread_link.ts";

/** The real `ThreadPort`: one end of a `MessageChannel`. */
export function messagePort(port: MessagePort): ThreadPort {
  return {
    post: (bytes) => port.postMessage(bytes, [bytes.buffer]),
    listen(receive) {
      port.onmessage = ({ data }: MessageEvent<Uint8Array>) => receive(data);
    },
  };
}
