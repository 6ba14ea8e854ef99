import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { AuthenticationError, Client, ConfigurationError, createPredict, defaultBackoff } from '@sightline/core';
import type { ClientOptions, RecordCapture, SightlineError, Tokens, Viewer } from '@sightline/core';
import { openAccount } from './account.ts';
import type { Account } from './account.ts';
import { startCapture } from './capture.ts';
import type { Capture } from './capture.ts';
import { createConsents } from './consent.ts';
import type { Consent, ConsentRequest, Consents } from './consent.ts';
import { keepSignIn } from './keep-sign-in.ts';
import type { KeptSignIn } from './keep-sign-in.ts';
import { startLocal } from './local/start-local.ts';
import type { Local, LocalOptions } from './local/start-local.ts';
import type { Policy } from './policy/choose.ts';
import { createRoutedPredict } from './policy/route-predict.ts';
import { openSecrets } from './secrets/open-secrets.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import { signInByDevice } from './sign-in/device.ts';
import { signInByBrowser } from './sign-in/loopback.ts';
import { discover } from './sign-in/oauth.ts';
import { webSocketClass } from './web-socket.ts';

type Own = 'token' | 'refreshToken' | 'onTokens' | 'apiKey' | 'allowApiKeyInBrowser';
export type DesktopOptions = Omit<ClientOptions, Own> & {
  /** By which the keychain shows whose secrets these are. */
  appName: string;
  /** A folder of this program alone, made where it is missing: what waits to be told, models, and secrets where there is no keychain. */
  dataDirectory: string;
  /** Where tokens are kept, in place of the keychain or sealed files: `openSafeStorage` in Electron. */
  secrets?: SecretStore | undefined;
  /** How the sidecar is found or started; null for none. */
  local?: Omit<LocalOptions, 'dataDirectory'> | null | undefined;
  /** Who predicts; `prefer-local` unless given. */
  policy?: Policy | undefined;
  /** Asks the person before anything is captured: true is a yes. */
  consent?: ((request: ConsentRequest) => PromiseLike<boolean> | boolean) | undefined;
  /** Bytes of what may wait to be told; 64 MiB unless given. */
  spoolBytesMax?: number | undefined;
  /**
   * Told of a batch that the server refuses: one of a source that is gone is given up. What is forbidden is set aside (`isKept`) while
   * that takes no more than half of the room, and tried again by `sync()` and the next start.
   */
  onRefused?: ((batch: RecordCapture, error: SightlineError, fate: { isKept: boolean }) => void) | undefined;
};

export type SignInOptions = { signal?: AbortSignal | undefined } & (
  | { way: 'browser'; onAddress(address: string): void }
  | { way: 'device'; onCode(code: { userCode: string; address: string }): void }
);

const spoolBytesMaxDefault = 64 * 1024 * 1024;
/** The server's name for programs on somebody's machine. */
const clientId = 'sightline-desktop';

type Given = { options: DesktopOptions; signIns: KeptSignIn; local: Local | null };

/** A client for programs on somebody's machine: it stays signed in, and works without a network. `openDesktop` makes one. */
export class Desktop extends Client {
  /** The sidecar; null where there is none. */
  readonly local: Local | null;
  /** Asks people before anything of them is captured. */
  readonly consent: Pick<Consents, 'request'>;
  readonly #consents: Consents;
  declare readonly captures: Client['captures'] & {
    /** Begins to keep what is seen of a source; it is told in order once there is a server. Throws ConsentMissingError, AuthenticationError. */
    start(consent: Consent, input: { sourceId: string }): Capture;
  };
  readonly #options: DesktopOptions;
  readonly #signIns: KeptSignIn;
  /** Shared with `predict`, which is made before anything of this is. */
  readonly #held: { account: Account | null };
  /** The token that was seen to be of the organization whose account is open. */
  #checkedToken: string | null = null;

  constructor({ options, signIns, local }: Given) {
    const { baseUrl, inferenceUrl, timeoutMs, maxRetries, backoff, reconnect, heartbeatMs, transport, logger } =
      options;
    const held: { account: Account | null } = { account: null };
    super(
      {
        ...{ baseUrl, inferenceUrl, timeoutMs, maxRetries, backoff, reconnect, heartbeatMs, transport, logger },
        fetch: options.fetch,
        webSocket: options.webSocket ?? webSocketClass(),
        token: signIns.kept?.token,
        refreshToken: signIns.kept?.refreshToken ?? undefined,
        onTokens: (tokens) => signIns.renew(tokens),
      },
      {
        predict: (parts) =>
          createRoutedPredict({
            policy: local ? (options.policy ?? 'prefer-local') : 'cloud',
            local,
            cloud: parts.settings.inferenceUrl === null ? null : createPredict(parts),
            account: () => held.account,
          }),
      },
    );
    this.local = local;
    this.#options = options;
    this.#signIns = signIns;
    this.#held = held;
    const unasked = () => Promise.reject(new ConfigurationError('Give openDesktop `consent`, which asks people.'));
    const consents = createConsents({ ask: options.consent ?? unasked, note: (...note) => this.#note(...note) });
    this.#consents = consents;
    this.consent = { request: consents.request };
    this.captures = {
      ...this.captures,
      start: (consent, { sourceId }) => {
        consents.require(consent);
        return startCapture({ account: this.#account(), consent, sourceId });
      },
    };
  }

  /** Signs in, in the browser of this machine or on another one, and keeps that. Throws OAuthRefusedError, ConnectionError. */
  async signIn(how: SignInOptions): Promise<Viewer> {
    const signal = how.signal ?? new AbortController().signal;
    const server = await discover(this.parts.settings.baseUrl, { clientId, signal });
    const tokens =
      how.way === 'browser'
        ? await signInByBrowser({ server, signal, onAddress: how.onAddress })
        : await signInByDevice({ server, signal, onCode: how.onCode });
    this.parts.credentials.replace(tokens);
    const viewer = await this.auth.viewer({ signal });
    if (!viewer) throw new AuthenticationError('Nobody is signed in.', { code: 'UNAUTHENTICATED' });
    await this.#keep(tokens, viewer.organization.id);
    return viewer;
  }

  /** Ends the sign-in here and on the server. What waits to be told stays, for when somebody of the organization signs in again. */
  async signOut(): Promise<void> {
    const [ended] = await Promise.allSettled([this.auth.signOut()]);
    this.parts.credentials.replace(null);
    // What opens the door goes, whatever comes of the rest.
    const done = [...(await Promise.allSettled([this.#signIns.forget(), this.#close()])), ended];
    const failed = done.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Uses and events that wait to be told, also those that are set aside. */
  get waitingCount(): number {
    return this.#held.account?.spool.waitingCount ?? 0;
  }

  /** Everything that waits has been told when it resolves. It is told by itself as well; this says why where that cannot be now. */
  async sync(): Promise<void> {
    await this.#account().sync();
  }

  /** @internal */
  async open(organizationId: string): Promise<void> {
    const { dataDirectory, spoolBytesMax: bytesMax = spoolBytesMaxDefault, backoff = defaultBackoff } = this.#options;
    const onRefused = this.#options.onRefused ?? (() => {});
    this.#held.account = await openAccount({
      ...{ organizationId, dataDirectory, bytesMax, backoff, onRefused },
      tell: async (note, signal) => {
        await this.#requireOrganization(organizationId, signal);
        await this.privacy.consent(note, { signal });
      },
      record: async (batch, signal) => {
        await this.#requireOrganization(organizationId, signal);
        return this.captures.record(batch, { signal });
      },
    });
  }

  /** Ends the sidecar, and keeps what waits. Throws SignInNotKeptError where the next start has to sign in again. */
  override async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#close();
    } finally {
      await this.local?.[Symbol.asyncDispose]();
      await super[Symbol.asyncDispose]();
      // Told last: nobody should have to sign in again without having heard of it.
      await this.#signIns.written();
    }
  }

  async #keep(tokens: Tokens, organizationId: string): Promise<void> {
    await this.#close();
    await this.#signIns.keep({ ...tokens, organizationId });
    await this.open(organizationId);
  }

  async #close(): Promise<void> {
    const { account } = this.#held;
    this.#held.account = null;
    this.#consents.lapse();
    await account?.[Symbol.asyncDispose]();
  }

  #account(): Account {
    const { account } = this.#held;
    if (!account)
      throw new AuthenticationError('Nobody is signed in.', { code: 'UNAUTHENTICATED', hint: 'Call `signIn` first.' });
    return account;
  }

  /** Whoever switches the organization changes in whose name this client speaks. */
  async #requireOrganization(organizationId: string, signal: AbortSignal): Promise<void> {
    const { value } = this.parts.credentials;
    if (value !== null && value === this.#checkedToken) return;
    const viewer = await this.auth.viewer({ signal });
    if (viewer?.organization.id !== organizationId)
      throw new AuthenticationError('This is of another organization than the one that is signed in.', {
        code: 'UNAUTHENTICATED',
      });
    this.#checkedToken = this.parts.credentials.value;
  }

  async #note({ what, why, retention }: ConsentRequest, granted: boolean): Promise<void> {
    // The words themselves may name people: which words they were, a program knows by this.
    const version = createHash('sha256')
      .update(JSON.stringify([what, why, retention]))
      .digest('hex')
      .slice(0, 32);
    const { spool, wake } = this.#account();
    await spool.addNote({ document: 'capture', version, granted });
    wake();
  }
}

/** Opens what this program kept: who is signed in, the sidecar, and what waits to be told. Throws ConfigurationError. */
export async function openDesktop(options: DesktopOptions): Promise<Desktop> {
  const { appName, dataDirectory, baseUrl = 'http://127.0.0.1:4000', logger } = options;
  const secrets =
    options.secrets ?? (await openSecrets({ service: appName, directory: join(dataDirectory, 'secrets'), logger }));
  const signIns = await keepSignIn({ secrets, name: `sign-in ${baseUrl}`, logger });
  const local = options.local === null ? null : startLocal({ ...options.local, dataDirectory });
  const desktop = new Desktop({ options, signIns, local });
  try {
    if (signIns.kept) await desktop.open(signIns.kept.organizationId);
    return desktop;
  } catch (error) {
    await desktop[Symbol.asyncDispose]();
    throw error;
  }
}
