/** What was answered, beside what it means. */
export type ResponseFacts = {
  /** HTTP status of the last try; 0 where nothing had to be asked. */
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
  /** By which the server's log knows the call. */
  readonly requestId: string | null;
};

/** Of a call whose result was known before anything was sent. */
export const notAsked: ResponseFacts = { status: 0, headers: { get: () => null }, requestId: null };

export type WithResponse<T> = { readonly data: T; readonly response: ResponseFacts };

/** A call under way. Await it for its result, or `withResponse()` for the answer's status, headers and request id as well. */
export class Call<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = 'Call';
  readonly #answered: Promise<WithResponse<T>>;

  constructor(answered: Promise<WithResponse<T>>) {
    this.#answered = answered;
  }

  /** Begins nothing anew: it is the same call. Rejects as the call itself does. */
  withResponse(): Promise<WithResponse<T>> {
    return this.#answered;
  }

  // oxlint-disable-next-line unicorn/no-thenable
  then<A = T, B = never>(
    onDone?: ((value: T) => A | PromiseLike<A>) | null,
    onFailed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#answered.then(({ data }) => data).then(onDone, onFailed);
  }

  catch<B = never>(onFailed?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(null, onFailed);
  }

  finally(onEnd?: (() => void) | null): Promise<T> {
    return this.then(null).finally(onEnd);
  }
}
