/** Who somebody is at another issuer, once its answer has been proved. */
export type ProvedIdentity = {
  issuer: string;
  /** The issuer's name of the person; never changes. */
  subject: string;
  email: string | null;
  /** Whether the issuer has seen that the address is theirs, and is believed. */
  isEmailVerified: boolean;
  name: string | null;
};

/** What a visit was begun with, and the answer has to fit. */
export type VisitChecks = { state: string; nonce: string; pkceVerifier: string };

/** One way to ask another issuer who somebody is. */
export type IdentityClient = {
  readonly name: string;
  readonly title: string;
  /** Where to send the browser. Throws when the issuer does not say where, or says what no browser may follow. */
  authorizationUrl(redirectUri: string, checks: VisitChecks): Promise<URL>;
  /**
   * Who came back to `redirectUri` with these parameters. Throws whenever anything about the answer is not exactly as
   * it has to be.
   */
  identify(redirectUri: string, parameters: URLSearchParams, checks: VisitChecks): Promise<ProvedIdentity>;
};
