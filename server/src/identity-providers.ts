import { z } from 'zod';

const httpUrl = z.url({ protocol: /^https?$/ });
/** Where something is in a JSON answer: names of fields, from the outside in. */
const path = z.array(z.string().min(1)).min(1).max(5);

const common = {
  name: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  /** What people see on the button. */
  title: z.string().min(1).max(60).optional(),
  issuer: httpUrl,
  clientId: z.string().min(1),
  clientSecret: z.string().min(1).optional(),
  scopes: z.array(z.string().min(1)).max(50),
  /** Whether an address that the issuer calls verified is one, so that it opens the account of that address. */
  trustEmails: z.boolean(),
};

/** OpenID Connect: the issuer says where everything is, and signs who somebody is. */
const oidc = z.strictObject({
  ...common,
  kind: z.literal('oidc'),
  scopes: common.scopes.default(['openid', 'email', 'profile']),
  trustEmails: common.trustEmails.default(true),
  responseMode: z.enum(['query', 'form_post']).default('query'),
  /** Instead of `clientSecret`, as Apple wants it: each secret is signed when it is needed. */
  clientKey: z
    .strictObject({ teamId: z.string().min(1), keyId: z.string().min(1), privateKey: z.string().startsWith('-----') })
    .optional(),
});

/** Plain OAuth 2: who somebody is, is asked with the access token. */
const oauth2 = z.strictObject({
  ...common,
  kind: z.literal('oauth2'),
  scopes: common.scopes.default([]),
  trustEmails: common.trustEmails.default(false),
  endpoints: z.strictObject({ authorization: httpUrl, token: httpUrl, user: httpUrl }),
  fields: z.strictObject({ subject: path, email: path, name: path }),
  clientAuthentication: z.enum(['basic', 'post']).default('post'),
});

/** What is known of those that many use: their names fill it in, and what is configured goes before it. */
const known: Record<string, object> = {
  google: { title: 'Google', issuer: 'https://accounts.google.com' },
  apple: {
    title: 'Apple',
    issuer: 'https://appleid.apple.com',
    scopes: ['openid', 'email', 'name'],
    // Apple answers with a form as soon as it is asked for an address.
    responseMode: 'form_post',
  },
  x: {
    title: 'X',
    kind: 'oauth2',
    issuer: 'https://x.com',
    scopes: ['users.read', 'tweet.read', 'users.email'],
    // The only address that X tells is one it has confirmed.
    trustEmails: true,
    clientAuthentication: 'basic',
    endpoints: {
      authorization: 'https://x.com/i/oauth2/authorize',
      token: 'https://api.x.com/2/oauth2/token',
      user: 'https://api.x.com/2/users/me?user.fields=confirmed_email',
    },
    fields: { subject: ['data', 'id'], email: ['data', 'confirmed_email'], name: ['data', 'name'] },
  },
};

const named = z.looseObject({ name: z.string() });

/** A way to sign in that others provide, as configured. */
export type IdentityProvider = z.output<typeof oidc> | z.output<typeof oauth2>;

const provider = z
  .preprocess(
    (given) => {
      const { success, data } = named.safeParse(given);
      return success ? { kind: 'oidc', ...(Object.hasOwn(known, data.name) && known[data.name]), ...data } : given;
    },
    z.discriminatedUnion('kind', [oidc, oauth2]),
  )
  .refine(
    (each) => each.kind !== 'oidc' || each.scopes.includes('openid'),
    'its scopes must have openid: without it nothing says who somebody is',
  );

/** `IDENTITY_PROVIDERS`: a JSON list. */
export const identityProviders = z
  .string()
  .default('[]')
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be a JSON list of providers' });
      return z.NEVER;
    }
  })
  .pipe(
    z
      .array(provider)
      .max(20)
      .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, 'two have the same name'),
  );
