import type { Readable } from 'node:stream';

/** Time, so that tests and sandboxes can move it. In a server it is that of the organization at work. */
export type Clock = { now(): Date };

/**
 * Carries short messages between processes at most once: a doorbell, never a mailbox.
 * Losing every message may cost latency and nothing else.
 */
export type Bus = AsyncDisposable & {
  /** Never throws for a lost connection; the message is then dropped and counted. */
  publish(channel: string, message: string): Promise<void>;
  /** Resolves once messages published from now on will arrive. The result ends the subscription. */
  subscribe(channel: string, onMessage: (message: string) => void): Promise<() => Promise<void>>;
  /** Rejects when the bus cannot be reached. */
  check(): Promise<void>;
};

export type SignedRequest = {
  method: 'GET' | 'PUT';
  key: string;
  expiresAt: Date;
  /** Bound into a PUT: any other type or size is refused. */
  contentType: string;
  byteSize: number;
};

/** Where files live. Keys are made by us, never by callers. */
export type ObjectStorage = {
  put(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /** Size in bytes, or null when there is no such object. */
  size(key: string): Promise<number | null>;
  read(key: string): Promise<Readable>;
  delete(key: string): Promise<void>;
  /**
   * What lies under a folder, in the order of the keys and after `after`, if given: `most` files, 1 000 at most; none where there
   * are no more. For what no row names; whoever knows the key asks by it.
   */
  list(folder: string, options: { after?: string | undefined; most: number }): Promise<StoredFile[]>;
  /** A URL with which exactly this request, and no other, may be made by anyone who has it. */
  sign(request: SignedRequest): Promise<string>;
  check(): Promise<void>;
  /** Present when this server, and not the storage itself, answers the links. */
  readonly links?: StorageLinks;
};

export type StoredFile = {
  key: string;
  /** When its bytes were last put there, by the clock of the storage. */
  storedAt: Date;
};

/** Our side of the links of a storage that has no server of its own. */
export type StorageLinks = {
  /** What a link allows. Throws LINK_INVALID when it was not made by us, was made for something else, or has expired. */
  verify(link: { method: string; key: string; query: Record<string, unknown> }): SignedRequest;
  /** Stores exactly the announced bytes or nothing. Throws BODY_TOO_LARGE, UPLOAD_MISMATCH. */
  receive(request: SignedRequest, body: AsyncIterable<Uint8Array>): Promise<void>;
};

/** A box in pixels of the frame, origin top left. */
export type Box = { x: number; y: number; width: number; height: number };

export type RunSpec = {
  sessionId: string;
  requestId: string;
  source:
    | { kind: 'IMAGES'; /** `file:` or `http:` URLs in playing order */ frames: string[]; frameIntervalMs: number }
    | { kind: 'VIDEO'; url: string };
  pipelines: string[];
  profile: 'FAST' | 'ACCURATE' | 'CPU_ONLY';
  /** Frames before this one are recorded already. */
  startFrameIndex: number;
  nextTrackNumber: number;
  /** Where what it sees is posted, in batches numbered from 1 within the attempt; a sidecar may also tell it in its answer. */
  deliver: { url: string; attempt: number };
};

export type TrackChange = {
  trackNumber: number;
  change: 'entered' | 'updated' | 'left';
  label: string;
  /** 0 to 1 */
  confidence: number;
  box: Box;
};

/** What the sidecar tells of a running session, in order. */
export type RunMessage =
  | { type: 'opened'; framesTotal: number | null; model: { name: string; version: string; digest: string } }
  | {
      type: 'frame';
      index: number;
      /** Milliseconds since the first frame of the source. */
      timestampMs: number;
      width: number;
      height: number;
      tracks: TrackChange[];
      nextTrackNumber: number;
      /** JPEG of the frame; present whenever a track entered or was updated. */
      snapshot: Uint8Array | null;
    }
  /** A sign of life of a run that posts batches: up to which number they were recorded. */
  | { type: 'progress'; acceptedSeq: number }
  | { type: 'ended' }
  /** The source cannot be read: trying again will not help. */
  | { type: 'failed'; code: string; message: string };

/** The sidecar, as sessions see it. */
export type Inference = {
  /** Runs pipelines over a source. Throws when the connection breaks; aborting `signal` ends the run at once. */
  run(spec: RunSpec, signal: AbortSignal): AsyncIterable<RunMessage>;
  check(): Promise<void>;
};

/** Files on the host that the operator allows to be watched. */
export type HostFiles = {
  /** The real path and how many usable files it holds; null when it is missing, of the wrong kind or not allowed. */
  resolve(kind: 'IMAGES' | 'VIDEO', path: string): Promise<{ path: string; fileCount: number } | null>;
  /** `file:` URLs in playing order, bounded. Empty when the path is gone. */
  list(kind: 'IMAGES' | 'VIDEO', path: string): Promise<string[]>;
};
