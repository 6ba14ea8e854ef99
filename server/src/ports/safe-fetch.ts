export type SafeRequest = {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  /** Whole call, body included, in milliseconds. Default 10 000. */
  timeoutMs?: number;
  /** Largest body in bytes; anything longer is an error. Default 1 MiB. */
  maxBytes?: number;
  /** How many redirects are followed, each checked like the first address. Default 0. */
  maxRedirects?: number;
  signal?: AbortSignal;
};

export type SafeAnswer = {
  status: number;
  headers: Headers;
  body: Uint8Array<ArrayBuffer>;
  /** After redirects. */ url: string;
};

/**
 * The only way out to addresses that people chose: https or http to public addresses alone, whatever their names say at
 * the moment of the connection. Throws URL_REFUSED for an address that is not allowed, SERVICE_UNAVAILABLE for one that
 * does not answer, BODY_TOO_LARGE, DEADLINE_EXCEEDED.
 */
export type SafeFetch = (url: string, request?: SafeRequest) => Promise<SafeAnswer>;
