import type { SightlineError } from '../errors/sightline-error.ts';
import type { Settings } from '../options.ts';
import type { Credentials } from './credentials.ts';
import type { Words } from './document.ts';

/** One request, complete: credentials, keys and ids are in its headers. */
export type WireRequest = {
  /** Absolute. A transport to one partner looks at its path and search alone. */
  url: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  /** A stream is read once; whoever tries again makes another. */
  body: BodyInit | null;
  /** An answer that is longer is not read to its end; 64 MiB unless given. */
  maxResponseBytes?: number | undefined;
};

export type WireAnswer = {
  status: number;
  headers: Pick<Headers, 'get'>;
  bytes: Uint8Array<ArrayBuffer>;
};

/**
 * Sends one request and reads its whole answer, whatever its status. Rejects with ConnectionError where nobody answered, and
 * with the signal's reason as soon as it aborts. It neither repeats nor understands anything: that is done above it.
 */
export type Send = (request: WireRequest, signal: AbortSignal) => Promise<WireAnswer>;

export type LiveRequest = Words & { variables: object };

export type Sink = {
  /** The server has taken the connection it goes over. Nothing need have arrived. */
  open?(): void;
  next(data: unknown): void;
  /**
   * The subscription is over: null when the server completed it. `token` is what the connection was opened with.
   * Called once.
   */
  end(error: SightlineError | null, token: string | null): void;
};

/** What subscriptions go over. It never resumes by itself: only a subscription knows where it was. */
export type Live = {
  /** Starts a subscription, opening a connection if need be. The result ends it without calling the sink again. Throws ConfigurationError. */
  subscribe(request: LiveRequest, sink: Sink): () => void;
  /** Closes what is open; every subscription ends with a ConnectionError, and the next one opens a new connection. */
  reset(): void;
};

/** How a client reaches its server: over HTTP and a WebSocket unless given. Everything else of a client stays the same. */
export type Transport = {
  readonly send: Send;
  openLive(deps: { settings: Settings; credentials: Credentials }): Live;
};
