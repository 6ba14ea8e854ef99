/** What a load generator is asked to do. Bytes of whole requests, sent in turn. */
export type LoadPlan = {
  url: string;
  requests: readonly Uint8Array[];
  durationMs: number;
} & (
  | {
      /** Each connection sends again as soon as it has its answer. */
      kind: 'closed';
      connections: number;
    }
  | {
      /** On a fixed beat, answered or not: whoever waits for answers never sees the worst of a stall. */
      kind: 'paced';
      perSecond: number;
      /** What would need one more is counted as unsent. */
      connectionsMax: number;
    }
);

/** One entry for each request sent, in the order of the answers. */
export type LoadReport = {
  /** From the first request to the last answer that came within the time. */
  seconds: number;
  /** When it was sent, milliseconds from the start. */
  sentAtMs: Float64Array;
  latencyMs: Float64Array;
  /** Of HTTP; 0 where the connection ended instead. */
  status: Uint16Array;
  /** Requests of a paced plan for which there was no connection. */
  unsentCount: number;
  /** Processor time of the generator itself. */
  cpuUs: number;
  /** The last answer that was not 200, for people. */
  refusal: string | null;
};
