/** Figures of an actor system since its start. */
export interface SystemStats {
  /** Tells from outside and from actors. */
  messagesSent: number;
  /** Tells from outside; a batch of n queries counts n. */
  messagesSentExternal: number;
  /** Tells from actors, delayed ones when they are due. */
  messagesSentActor: number;
  /** Marshalled bytes of all tells. */
  bytesSent: number;
  /** Marshalled bytes of tells from other systems. */
  remoteBytesReceived: number;
  /** Channel refs given out; one for a batch of n queries counts n. */
  channelRefsUsed: number;
  /** The most messages that any one actor sent to any one other within one second. */
  maxMessageRate: number;
  /** Messages whose receiver could not be reached. */
  messagesDropped: number;
  /** Whether the server has the whole state that it was to take over from others. */
  ready: boolean;
}

/** Counters as they are before anything happened. */
export function newSystemStats(): SystemStats {
  return {
    messagesSent: 0,
    messagesSentExternal: 0,
    messagesSentActor: 0,
    bytesSent: 0,
    remoteBytesReceived: 0,
    channelRefsUsed: 0,
    maxMessageRate: 0,
    messagesDropped: 0,
    ready: true,
  };
}
