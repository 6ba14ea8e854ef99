import { ConfigurationError } from './errors/connection-errors.ts';
import { silentLogger } from './logger.ts';
import type { Logger } from './logger.ts';
import { defaultBackoff, defaultReconnectPolicy } from './transport/backoff.ts';
import type { Backoff, ReconnectPolicy } from './transport/backoff.ts';
import type { Tokens } from './transport/credentials.ts';
import { maxResponseBytesDefault, sendByFetch } from './transport/send-by-fetch.ts';
import { createSocket } from './transport/socket.ts';
import type { Transport } from './transport/transport.ts';

export type WebSocketClass = new (url: string, protocols?: string | string[]) => WebSocket;

export type ClientOptions = {
  /** Where the server is; `http://127.0.0.1:4000` unless given. */
  baseUrl?: string | undefined;
  /** Where the inference sidecar is, for `predict`; port 4001 on this machine unless `baseUrl` is given. */
  inferenceUrl?: string | undefined;
  /** A token from an earlier `auth.signIn`. */
  token?: string | undefined;
  /** The refresh token that came with it: without one the client speaks for nobody once the token is over. */
  refreshToken?: string | undefined;
  /** Called with tokens that took the place of others, to keep them. Those before will not work again. */
  onTokens?: ((tokens: Tokens) => void) | undefined;
  /** An API key, for programs. Give either this or `token`. */
  apiKey?: string | undefined;
  /** Allows an `apiKey` in a web page, where everyone who opens the page can read it. */
  allowApiKeyInBrowser?: boolean | undefined;
  /** Milliseconds for a whole call, retries included; 30 000 unless given. Uploads have ten minutes. */
  timeoutMs?: number | undefined;
  /** Bytes that an answer over HTTP may have, once unpacked; 64 MiB unless given. A longer one is not read to its end. */
  maxResponseBytes?: number | undefined;
  /** How often a call that may be repeated safely is repeated; 2 unless given, 0 for never. */
  maxRetries?: number | undefined;
  /** Milliseconds before retry number 0, 1, 2 … when the server does not say. */
  backoff?: Backoff | undefined;
  /** When subscriptions come back after a lost connection, and when they give up. */
  reconnect?: ReconnectPolicy | undefined;
  /** `id` sends the SHA-256 of documents in place of their text, for servers that know them: see `KNOWN_DOCUMENTS`. `text` unless given. */
  documents?: 'text' | 'id' | undefined;
  /** How often an open socket is asked whether it is still alive, in milliseconds; 15 000 unless given. */
  heartbeatMs?: number | undefined;
  fetch?: typeof fetch | undefined;
  /** How the server is reached, in place of HTTP and a WebSocket; then `fetch` and `webSocket` mean nothing. */
  transport?: Transport | undefined;
  /** For runtimes without a global WebSocket, such as Node 20: the class of the package `ws`. */
  webSocket?: WebSocketClass | undefined;
  logger?: Logger | undefined;
};

/** What one call may decide for itself. */
export type CallOptions = {
  /** Ends the call: it then rejects with an AbortError. */
  signal?: AbortSignal | undefined;
  /** Replaces the client's token or key for this call. */
  token?: string | undefined;
  timeoutMs?: number | undefined;
  maxRetries?: number | undefined;
  maxResponseBytes?: number | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as `x-request-id` and found again in the server's log: 1 to 64 of `A-Za-z0-9._-`. Made up unless given. */
  requestId?: string | undefined;
  /**
   * By which the server knows a mutation that is sent again, for a day, 1 to 255 visible ASCII characters: it happens once,
   * and is answered alike. Made up for each call unless given; give your own to repeat a call after a restart.
   */
  idempotencyKey?: string | undefined;
  fetch?: typeof fetch | undefined;
  logger?: Logger | undefined;
};

export type Settings = {
  readonly baseUrl: string;
  readonly inferenceUrl: string | null;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly maxResponseBytes: number;
  readonly backoff: Backoff;
  readonly reconnect: ReconnectPolicy;
  readonly documents: 'text' | 'id';
  readonly heartbeatMs: number;
  readonly transport: Transport;
  readonly webSocket: WebSocketClass | null;
  readonly logger: Logger;
};

/** Checks options once, so that nothing later has to. Throws ConfigurationError. */
export function readOptions(options: ClientOptions): Settings {
  if (options.token && options.apiKey) throw new ConfigurationError('Give either a token or an apiKey, not both.');
  if (options.refreshToken && !options.token) throw new ConfigurationError('A refreshToken needs its token.');
  if (options.apiKey && !options.allowApiKeyInBrowser && 'document' in globalThis) {
    throw new ConfigurationError(
      'An apiKey in a web page can be read by everyone who opens it. Sign in instead, or set allowApiKeyInBrowser.',
    );
  }
  return {
    baseUrl: readUrl('baseUrl', options.baseUrl ?? 'http://127.0.0.1:4000'),
    inferenceUrl: readInferenceUrl(options),
    ...readBounds(options, { timeoutMs: 30_000, maxRetries: 2, maxResponseBytes: maxResponseBytesDefault }),
    backoff: options.backoff ?? defaultBackoff,
    reconnect: options.reconnect ?? defaultReconnectPolicy,
    documents: options.documents ?? 'text',
    heartbeatMs: readNumber('heartbeatMs', options.heartbeatMs, 15_000, 1),
    // Called as a method of something else, the browser's fetch refuses.
    transport: options.transport ?? {
      send: sendByFetch(options.fetch ?? ((...request) => fetch(...request))),
      openLive: createSocket,
    },
    webSocket: options.webSocket ?? (globalThis as { WebSocket?: WebSocketClass }).WebSocket ?? null,
    logger: options.logger ?? silentLogger,
  };
}

type Bounds = Pick<Settings, 'timeoutMs' | 'maxRetries' | 'maxResponseBytes'>;

/** How long, how often and how much, of a client or of one call. Throws ConfigurationError. */
export function readBounds(given: Pick<CallOptions, keyof Bounds>, fallback: Bounds): Bounds {
  const read = (name: keyof Bounds, least: number) => readNumber(name, given[name], fallback[name], least);
  return {
    timeoutMs: read('timeoutMs', 1),
    maxRetries: read('maxRetries', 0),
    maxResponseBytes: read('maxResponseBytes', 1),
  };
}

function readInferenceUrl({ baseUrl, inferenceUrl }: ClientOptions): string | null {
  if (inferenceUrl) return readUrl('inferenceUrl', inferenceUrl);
  return baseUrl ? null : 'http://127.0.0.1:4001';
}

function readUrl(name: string, value: string): string {
  if (!/^https?:/i.test(value) || !URL.canParse(value))
    throw new ConfigurationError(`${name} must be an http or https URL, not “${value}”.`);
  return value.replace(/\/+$/, '');
}

function readNumber(name: string, value: number | undefined, fallback: number, least: number): number {
  const number = value ?? fallback;
  // A timer takes at most 2^31-1 ms and would fire at once above that.
  if (!(number >= least && number < 2 ** 31))
    throw new ConfigurationError(`${name} must be a number of at least ${least}.`);
  return number;
}
