import { SightlineError } from './errors/sightline-error.ts';
import { readOptions } from './options.ts';
import type { CallOptions, ClientOptions } from './options.ts';
import { createAccount } from './resources/account.ts';
import { createApiKeys } from './resources/api-keys.ts';
import { createAuditLog } from './resources/audit-log.ts';
import { createAuth } from './resources/auth.ts';
import { createEvents } from './resources/events.ts';
import { createIdentities } from './resources/identities.ts';
import { createInvitations, createMembers } from './resources/members.ts';
import { createOrganizations } from './resources/organizations.ts';
import { createPredict } from './resources/predict.ts';
import { createRoles } from './resources/roles.ts';
import { createSecondFactor } from './resources/second-factor.ts';
import { createSignIns } from './resources/sign-ins.ts';
import { createSessions } from './resources/sessions.ts';
import { createSources } from './resources/sources.ts';
import { createTeams } from './resources/teams.ts';
import { createCredentials } from './transport/credentials.ts';
import { refreshTokens } from './transport/refresh-tokens.ts';
import type { TypedDocument } from './transport/document.ts';
import { createGraphql } from './transport/graphql.ts';
import type { Graphql, GraphqlOptions } from './transport/graphql.ts';
import { createHttp } from './transport/http.ts';
import { createSocket } from './transport/socket.ts';
import type { Socket } from './transport/socket.ts';
import { createStream } from './transport/stream.ts';
import type { Stream } from './transport/stream.ts';
import { createSubscribe } from './transport/subscription.ts';
import type { Subscribe } from './transport/subscription.ts';

/** Speaks to one Sightline server for one viewer. Opens a socket while something is subscribed, and only then. */
export class Client {
  readonly auth: ReturnType<typeof createAuth>;
  /** What people change about themselves, and the way back in. */
  readonly account: ReturnType<typeof createAccount>;
  readonly apiKeys: ReturnType<typeof createApiKeys>;
  /** Signing in with what others know of people. */
  readonly identities: ReturnType<typeof createIdentities>;
  /** Authenticator apps, recovery codes, and fresh proofs. */
  readonly secondFactor: ReturnType<typeof createSecondFactor>;
  /** Where the person is signed in. */
  readonly signIns: ReturnType<typeof createSignIns>;
  /** The organization that this client acts in, and the person's others. */
  readonly organizations: ReturnType<typeof createOrganizations>;
  readonly members: ReturnType<typeof createMembers>;
  readonly invitations: ReturnType<typeof createInvitations>;
  readonly teams: ReturnType<typeof createTeams>;
  readonly roles: ReturnType<typeof createRoles>;
  readonly auditLog: ReturnType<typeof createAuditLog>;
  readonly sources: ReturnType<typeof createSources>;
  readonly sessions: ReturnType<typeof createSessions>;
  readonly events: ReturnType<typeof createEvents>;
  /** What a model sees in one picture, asked of the inference sidecar itself. */
  readonly predict: ReturnType<typeof createPredict>;

  readonly #graphql: Graphql;
  readonly #subscribe: Subscribe;
  readonly #socket: Socket;

  /** Throws ConfigurationError. */
  constructor(options: ClientOptions = {}) {
    const settings = readOptions(options);
    // The server looks at a credential when a socket opens, so another viewer needs another socket.
    const given = options.token ?? options.apiKey ?? null;
    const { refreshToken = null, onTokens = () => {} } = options;
    const credentials = createCredentials(given === null ? null : { token: given, refreshToken }, {
      onChange: () => this.#socket.reset(),
      refresh: (spent) => refreshTokens({ settings, refreshToken: spent }),
      onTokens,
    });
    const { renew } = credentials;
    const http = createHttp({ settings, credentials });
    const graphql = createGraphql({ http, baseUrl: settings.baseUrl });
    this.#socket = createSocket({ settings, credentials });
    this.#subscribe = createSubscribe(this.#socket);
    this.#graphql = graphql;
    this.auth = createAuth({ graphql, credentials });
    this.account = createAccount({ graphql });
    this.apiKeys = createApiKeys({ graphql });
    this.identities = createIdentities({ graphql, credentials });
    this.secondFactor = createSecondFactor({ graphql, credentials });
    this.signIns = createSignIns({ graphql });
    this.organizations = createOrganizations({ graphql, credentials });
    this.members = createMembers({ graphql });
    this.invitations = createInvitations({ graphql, credentials });
    this.teams = createTeams({ graphql });
    this.roles = createRoles({ graphql });
    this.auditLog = createAuditLog({ graphql });
    this.sources = createSources({ graphql, http });
    this.sessions = createSessions({ graphql, subscribe: this.#subscribe, settings, renew });
    this.events = createEvents({ graphql, http, subscribe: this.#subscribe, settings, renew });
    this.predict = createPredict({ http, inferenceUrl: settings.inferenceUrl });
  }

  /** Any query or mutation, for what the rest of this client does not offer. Mutations are done once, however often they are sent. */
  async graphql<Result = Record<string, unknown>, Variables extends object = Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    variables?: Variables,
    options?: GraphqlOptions,
  ): Promise<Result> {
    const { data } = await this.#graphql<Result, object>(
      document as TypedDocument<Result, object>,
      variables ?? {},
      options,
    );
    return data;
  }

  /** Any subscription. It does not resume: when the connection is lost, the stream throws. */
  subscribe<Result = Record<string, unknown>, Variables extends object = Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    variables?: Variables,
    { signal }: Pick<CallOptions, 'signal'> = {},
  ): Stream<Result> {
    const subscribe = this.#subscribe;
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
    this.#socket.reset();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
