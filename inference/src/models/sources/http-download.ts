/** What is left of a file, from byte `from` on. */
export type Download = {
  /** Where the pieces start: 0 where the other side does not continue. */
  from: number;
  /** Of the whole file, if that is known. */
  byteSize: number | null;
  pieces: AsyncIterable<Uint8Array>;
};

/** Between two pieces of a download. */
const silenceMsMax = 30_000;

/**
 * Fetches a file from byte `from` on, where the server can do that. Throws when it does not hand it out, when nothing
 * arrives for half a minute, and with the reason of an abort.
 */
export async function downloadOverHttp(
  fetch: typeof globalThis.fetch,
  url: string,
  { from, signal }: { from: number; signal: AbortSignal },
): Promise<Download> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error('the download stood still')), silenceMsMax);
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, silence.signal]),
      // Bytes of a file that was packed for the way could not be continued.
      headers: { 'accept-encoding': 'identity', ...(from > 0 && { range: `bytes=${from}-` }) },
    });
    const { status, body, headers } = response;
    if (!response.ok || !body) {
      await body?.cancel().catch(() => undefined);
      throw new HttpError(`${new URL(url).host} answered ${status}`, status);
    }
    const range = status === 206 ? /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') : null;
    const length = Number(headers.get('content-length'));
    const start = range ? Number(range[1]) : 0;
    const total = range ? Number(range[2]) : length;
    async function* pieces(stream: AsyncIterable<Uint8Array>) {
      try {
        for await (const piece of stream) {
          timer.refresh();
          yield piece;
        }
      } finally {
        clearTimeout(timer);
      }
    }
    return { from: start, byteSize: total > 0 ? total : null, pieces: pieces(body) };
  } catch (error) {
    clearTimeout(timer);
    throw error;
  }
}

/** The other side was there and said no. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}
