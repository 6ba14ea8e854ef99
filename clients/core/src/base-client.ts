import { Call } from './call.ts';
import { SightlineError } from './errors/sightline-error.ts';
import { readOptions } from './options.ts';
import type { CallOptions, ClientOptions, Settings } from './options.ts';
import { createAuth } from './resources/auth.ts';
import type { Auth } from './resources/auth.ts';
import { createEvents } from './resources/events.ts';
import type { Predict } from './resources/predict.ts';
import { createCredentials } from './transport/credentials.ts';
import type { Credentials } from './transport/credentials.ts';
import { refreshTokens } from './transport/refresh-tokens.ts';
import type { TypedDocument } from './transport/document.ts';
import { createGraphql } from './transport/graphql.ts';
import type { Graphql, GraphqlOptions } from './transport/graphql.ts';
import { createHttp } from './transport/http.ts';
import type { Http } from './transport/http.ts';
import { createStream } from './transport/stream.ts';
import type { Stream } from './transport/stream.ts';
import { createSubscribe } from './transport/subscription.ts';
import type { Subscribe } from './transport/subscription.ts';
import type { Live } from './transport/transport.ts';

/** What every resource is made of. */
export type Parts = {
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly http: Http;
  readonly graphql: Graphql;
  readonly subscribe: Subscribe;
  readonly renew: Credentials['renew'];
};

/** What a package that builds on this one may put in the place of our own. */
export type Replacements<A = Auth> = {
  /** Who the client speaks for. `onChange` closes sockets, which were opened by somebody else. */
  credentials?: (deps: { settings: Settings; onChange(): void }) => Credentials;
  /** Signing in and out where it is not done with tokens. */
  auth?: (parts: Parts) => A;
  /** Who answers `predict`; the sidecar at `inferenceUrl` unless given. */
  predict?: (parts: Parts) => Predict;
};

type Makers = Readonly<Record<string, (parts: Parts) => unknown>>;

/**
 * The smallest client: signing in, the feed, and any document. Speaks to one Sightline server for one viewer, and opens a
 * socket while something is subscribed, and only then. `Client` has everything; `with` adds what a page needs and no more.
 */
export class BaseClient<A = Auth> {
  readonly auth: A;
  readonly events: ReturnType<typeof createEvents>;
  protected readonly parts: Parts;
  readonly #live: Live;

  /** Throws ConfigurationError. */
  constructor(options: ClientOptions = {}, replacements: Replacements<A> = {}) {
    const settings = readOptions(options);
    // The server looks at a credential when a socket opens, so another viewer needs another socket.
    const onChange = () => this.#live.reset();
    const credentials =
      replacements.credentials?.({ settings, onChange }) ??
      ownCredentials(options, { onChange, refresh: (spent) => refreshTokens({ http, settings, refreshToken: spent }) });
    const { renew } = credentials;
    const http = createHttp({ settings, credentials });
    const graphql = createGraphql({ http, settings });
    this.#live = settings.transport.openLive({ settings, credentials });
    this.parts = { settings, credentials, http, graphql, subscribe: createSubscribe(this.#live, settings), renew };
    const makeAuth = replacements.auth ?? (createAuth as unknown as (parts: Parts) => A);
    this.auth = makeAuth(this.parts);
    this.events = createEvents(this.parts);
  }

  /** This client with more resources: `client.with({ sources: createSources })`. What is not named stays out of a bundle. */
  with<M extends Makers>(makers: M): this & { readonly [K in keyof M]: ReturnType<M[K]> } {
    const made = Object.entries(makers).map(([name, make]) => [name, make(this.parts)]);
    return Object.assign(this, Object.fromEntries(made));
  }

  /** Any query or mutation, for what the rest of this client does not offer. Mutations are done once, however often they are sent. */
  graphql<Result = Record<string, unknown>, Variables extends object = Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    variables?: Variables,
    options?: GraphqlOptions,
  ): Call<Result> {
    return new Call(this.parts.graphql(document as TypedDocument<Result, object>, variables ?? {}, options));
  }

  /** Any subscription. It does not resume: when the connection is lost, the stream throws. */
  subscribe<Result = Record<string, unknown>, Variables extends object = Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    variables?: Variables,
    { signal }: Pick<CallOptions, 'signal'> = {},
  ): Stream<Result> {
    const { subscribe } = this.parts;
    return createStream(signal, async function* (streamSignal) {
      const ending = yield* subscribe<Result, object>(
        document as TypedDocument<Result, object>,
        variables ?? {},
        streamSignal,
      );
      if (ending.kind === 'failed') throw ending.error;
      if (ending.kind === 'overflowed')
        throw new SightlineError('The reader is too slow.', { code: 'READER_TOO_SLOW' });
    });
  }

  /** Closes the socket. Calls that are under way go on; streams that resume open it again, so end those first. */
  close(): void {
    this.#live.reset();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

function ownCredentials(
  { token, apiKey, refreshToken, onTokens = () => {} }: ClientOptions,
  deps: Pick<Parameters<typeof createCredentials>[1], 'onChange' | 'refresh'>,
): Credentials {
  const given = token ?? apiKey;
  return createCredentials(given ? { token: given, refreshToken: refreshToken ?? null } : null, { ...deps, onTokens });
}
