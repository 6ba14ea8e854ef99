import {
  Call,
  ConfigurationError,
  SightlineError,
  SignOutDocument,
  SignUpDocument,
  ViewerDocument,
  expectPayload,
  factsOf,
  notAsked,
} from '@sightline/core';
import type { CallOptions, Parts, SignUpInput, Viewer, WithResponse } from '@sightline/core';
import { createAsk } from './ask.ts';
import type { Cookies, Told } from './cookies.ts';

/** Somebody who is signed in on this browser: their tokens are where no script can read them. */
export type SignedInHere = { viewer: Viewer };

export type CookieAuth = ReturnType<typeof createCookieAuth>;

type Said = Told & { secondFactor?: object; linkPending?: object };
type Entered = WithResponse<SignedInHere>;

const nobody: WithResponse<null> = { data: null, response: notAsked };

/** Signing in for pages: it lasts over reloads and in every tab of the browser, until somebody signs out. */
export function createCookieAuth({ graphql, http, settings }: Parts, cookies: Cookies) {
  const ask = createAsk({ http, settings });

  async function viewerNow(options?: CallOptions): Promise<WithResponse<Viewer | null>> {
    const { data, response } = await graphql(ViewerDocument, {}, options);
    return { data: data.viewer, response };
  }

  async function enter(path: string, body: object, options?: CallOptions, authorized = false): Promise<Entered> {
    const answer = await ask('POST', path, options, { body, authorized });
    const { secondFactor, linkPending, ...told } = answer.body as Said;
    const { requestId } = answer;
    if (secondFactor) expectPayload({ __typename: 'SecondFactorRequired', ...secondFactor }, requestId);
    if (linkPending) expectPayload({ __typename: 'IdentityLinkPending', ...linkPending }, requestId);
    cookies.take(told);
    const { data: viewer } = await viewerNow(options);
    if (!viewer)
      throw new ConfigurationError('The browser kept no cookie: baseUrl must be https, of the page’s own site.');
    return { data: { viewer }, response: factsOf(answer) };
  }

  async function join(input: SignUpInput, options?: CallOptions): Promise<Entered> {
    const { data, requestId } = await graphql(SignUpDocument, { input }, options);
    const { token } = expectPayload(data.signUp, requestId);
    const { email, password } = input;
    const entered = await enter('', { email, password }, options);
    // Signing up opened a sign-in of its own, whose tokens nobody keeps.
    await graphql(SignOutDocument, {}, { token });
    return entered;
  }

  async function leave(options?: CallOptions): Promise<WithResponse<void>> {
    // Whoever it is by now: another tab may have signed in somebody else.
    await cookies.look();
    const response = await ask('DELETE', '', options).then(factsOf, (error: unknown) => {
      // Over already, which is what was wanted.
      if (error instanceof SightlineError && error.code === 'UNAUTHENTICATED') return notAsked;
      throw error;
    });
    cookies.take(null);
    return { data: undefined, response };
  }

  return {
    /** Creates a user with an organization of their own, and signs them in. Throws ConflictError (EMAIL_TAKEN). */
    signUp: (input: SignUpInput, options?: CallOptions): Call<SignedInHere> => new Call(join(input, options)),

    /**
     * Signs somebody in on this browser. Throws AuthenticationError (CREDENTIALS_INVALID), and an error of the code
     * SecondFactorRequired: go on with `signInWithSecondFactor` and the `ticket` in its details.
     */
    signIn: (
      input: { email: string; password: string; deviceName?: string | undefined },
      options?: CallOptions,
    ): Call<SignedInHere> => new Call(enter('', input, options)),

    /** The second step. Throws AuthenticationError (SECOND_FACTOR_INVALID), InvalidRequestError (TOKEN_INVALID). */
    signInWithSecondFactor: (input: { ticket: string; code: string }, options?: CallOptions): Call<SignedInHere> =>
      new Call(enter('/second-factor', input, options)),

    /** Ends a visit to a provider. Throws as `identities.signIn` does. */
    signInWithIdentity: (
      input: { code: string; verifier: string; deviceName?: string | undefined },
      options?: CallOptions,
    ): Call<SignedInHere> => new Call(enter('/identity', input, options)),

    /** Acts in another organization of the person's from now on, in every tab. */
    switchOrganization: (organizationId: string, options?: CallOptions): Call<SignedInHere> =>
      new Call(enter('/organization', { organizationId }, options, true)),

    /** Joins the organization that invites, and acts in it from now on. */
    acceptInvitation: (token: string, options?: CallOptions): Call<SignedInHere> =>
      new Call(enter('/invitation', { token }, options, true)),

    /** Ends the sign-in, in every tab of this browser. Does nothing where nobody is signed in. */
    signOut: (options?: CallOptions): Call<void> => new Call(leave(options)),

    /** Who is signed in on this browser, even since another tab; null for nobody. */
    viewer: (options?: CallOptions): Call<Viewer | null> =>
      // Cookies of a sign-in that is over stay where they are, and would be refused.
      new Call(cookies.look().then(() => (cookies.value === null ? nobody : viewerNow(options)))),
  };
}
