import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { identityProviders } from './identity-providers.ts';
import type { IdentityProvider } from './identity-providers.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const url = (...protocols: string[]) =>
  z
    .url()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must start with ${protocols.map((p) => `${p}//`).join(' or ')}`,
    );
const secret = z.string().min(32, 'must have at least 32 characters');
const directory = z
  .string()
  .min(1)
  .transform((path) => (isAbsolute(path) ? path : resolve(path)));

const s3 = z.object({
  S3_ENDPOINT: url('http:', 'https:'),
  S3_BUCKET: z.string().min(3),
  S3_REGION: z.string().min(1).default('us-east-1'),
  S3_ACCESS_KEY_ID: z.string().min(1),
  S3_SECRET_ACCESS_KEY: z.string().min(1),
});

/** Both or neither: events that nobody can check would not be believed. */
const stripe = z.object({
  STRIPE_SECRET_KEY: z.string().min(1),
  STRIPE_WEBHOOK_SECRET: z.string().min(1),
  STRIPE_API_URL: url('http:', 'https:').optional(),
});

const list = (separator: string) =>
  z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(separator)
        .map((part) => part.trim())
        .filter(Boolean),
    );
/** `name:secret,name:secret`: the first is the current one. */
const encryptionKeys = list(',').pipe(
  z.array(
    z
      .string()
      .regex(
        /^[a-z0-9-]{1,32}:.{32,}$/i,
        'must be names and secrets of at least 32 characters: name:secret,name:secret',
      )
      .transform((text) => ({ id: text.slice(0, text.indexOf(':')), secret: text.slice(text.indexOf(':') + 1) })),
  ),
);
const networks = list(',').pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])));

/** Each by itself: a star, or no origin at all, would let everybody's pages in. */
const origins = list(',').pipe(
  z.array(
    z
      .string()
      .transform((text) => text.replace(/\/$/, ''))
      .refine(
        (text) => /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text && !text.includes('*'),
        'must be origins such as https://app.example',
      ),
  ),
);

const variables = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(4000),
  PUBLIC_URL: url('http:', 'https:').optional(),
  INTERNAL_URL: url('http:', 'https:').optional(),
  DATABASE_URL: url('postgres:', 'postgresql:'),
  REDIS_URL: url('redis:', 'rediss:').optional(),
  DATA_DIR: directory.default(resolve('data')),
  SOURCE_DIRS: list(':').pipe(z.array(directory)),
  INFERENCE_URL: url('http:', 'https:').default('http://127.0.0.1:4001'),
  SERVICE_TOKEN: secret,
  SIGNING_KEY: secret,
  ENCRYPTION_KEYS: encryptionKeys,
  DATABASE_APP_ROLE: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'must be a plain name in lower case')
    .default('sightline_app'),
  DATABASE_APP_URL: url('postgres:', 'postgresql:').optional(),
  ROW_SECURITY: z.enum(['auto', 'required', 'off']).default('auto'),
  WEB_URL: url('http:', 'https:').optional(),
  TRUSTED_PROXIES: networks,
  SMTP_URL: url('smtp:', 'smtps:').optional(),
  MAIL_FROM: z.string().min(3).default('Sightline <no-reply@sightline.invalid>'),
  EMAIL_VERIFICATION: z.enum(['required', 'optional']).optional(),
  SIGN_UPS_PER_HOUR: z.coerce.number().int().min(1).default(100),
  REQUESTS_PER_MINUTE_PER_ADDRESS: z.coerce.number().int().min(1).default(3_000),
  BREACH_CHECK_URL: url('https:', 'http:').optional(),
  JWT_ISSUER: z.string().min(1).default('sightline'),
  JWT_AUDIENCE: z.string().min(1).default('sightline'),
  IDENTITY_PROVIDERS: identityProviders,
  OUTBOUND_HOSTS: list(','),
  CORS_ORIGINS: origins,
  CONSOLE: z.union([z.literal('off'), directory]).default(resolve(import.meta.dirname, '../../clients/console/dist')),
  DEMO_LOGIN: z.enum(['shown', 'off']).default('off'),
  INFERENCE_PUBLIC_URL: url('http:', 'https:').optional(),
  OPERATOR_EMAILS: list(',').transform((emails) => emails.map((email) => email.toLowerCase())),
  WORKER: z.enum(['inside', 'off']).default('inside'),
  SELLER_NAME: z.string().min(1).default('Sightline'),
  SELLER_ADDRESS: z.string().min(1).optional(),
  SELLER_COUNTRY: z.string().min(2).optional(),
  SELLER_TAX_NUMBER: z.string().min(1).optional(),
  INTROSPECTION: z.enum(['on', 'off']).default('on'),
  KNOWN_DOCUMENTS: list(',').pipe(z.array(directory)),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** `FEATURE_*`: what this process insists on, whatever the database and Redis say. */
const features = z.record(
  z.string(),
  z.enum(['on', 'off']).transform((value) => value === 'on'),
);
const isFeature = (name: string): boolean => /^FEATURE_[A-Z0-9_]+$/.test(name);

export type Config = {
  host: string;
  port: number;
  /** Where callers reach this server; null means its own address. */
  publicUrl: string | null;
  /** Where the sidecar reaches this server; null means its own address. */
  internalUrl: string | null;
  databaseUrl: string;
  bus: { kind: 'memory' } | { kind: 'redis'; url: string };
  storage:
    | { kind: 'disk'; directory: string }
    | { kind: 's3'; endpoint: string; bucket: string; region: string; accessKeyId: string; secretAccessKey: string };
  sourceDirectories: string[];
  inferenceUrl: string;
  serviceToken: string;
  signingKey: string;
  /** Wrap the keys of secrets in the database; the first is the current one. */
  encryptionKeys: { id: string; secret: string }[];
  /** The second fence: the role that row-level security holds back, and who logs in as it (null: we switch to it). */
  rowSecurity: { mode: 'auto' | 'required' | 'off'; role: string; url: string | null };
  /** Where people use the product: what links in mails begin with; null means where callers reach this server. */
  webUrl: string | null;
  trustedProxies: string[];
  mail: { smtpUrl: string | null; from: string };
  /** Whether a new user has to prove their address before they can sign in. */
  emailVerification: 'required' | 'optional';
  /** From one network. */
  signUpsPerHour: number;
  /** From one network, by whoever shows no sign-in or key, and REST calls of everybody. */
  requestsPerMinutePerAddress: number;
  breachCheckUrl: string | null;
  accessTokens: { issuer: string; audience: string };
  identityProviders: IdentityProvider[];
  /** Hosts (`name:port`) that may be reached whatever their address. */
  outboundHosts: string[];
  corsOrigins: string[];
  /** Where the console is that `npm run build` made; null: none is served. */
  consoleDirectory: string | null;
  /** Whether the console may let everybody who reaches it into the demo: on a server for its own machine alone. */
  showsDemoLogin: boolean;
  /** Where browsers reach the sidecar; null where they cannot. */
  inferencePublicUrl: string | null;
  /** Who may see and handle jobs of the installation, in lower case. */
  operatorEmails: string[];
  /** Whether this process does what is to be done, or leaves it to others. */
  worker: 'inside' | 'off';
  /** Whose bills they are. Lines of the address are separated by line breaks. */
  seller: { name: string; address: string | null; country: string | null; taxNumber: string | null };
  payments: { kind: 'manual' } | { kind: 'stripe'; secretKey: string; webhookSecret: string; apiUrl: string | null };
  introspection: boolean;
  /** Files with the documents that alone may run; none: every document may. */
  knownDocuments: string[];
  /** By the name of their variable: feature flags that are on or off here whatever anybody says. */
  features: Readonly<Record<string, boolean>>;
  logLevel: string;
};

/** Every problem at once, one a line, each naming its variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the environment. Pure. Throws ConfigError. */
export function loadConfig(env: Record<string, string | undefined>): Config {
  // An empty variable is what a shell script leaves behind when it has nothing to say.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = variables.safeParse(given);
  // Either all of S3 or none of it: half a configuration must not fall back to the disk in silence.
  const wantsS3 = Object.keys(given).some((name) => name.startsWith('S3_'));
  const store = wantsS3 ? s3.safeParse(given) : null;
  const wantsStripe = Object.keys(given).some((name) => name.startsWith('STRIPE_'));
  const payments = wantsStripe ? stripe.safeParse(given) : null;
  const forced = features.safeParse(Object.fromEntries(Object.entries(given).filter(([name]) => isFeature(name))));
  const issues = [parsed, store, payments, forced].flatMap((part) => part?.error?.issues ?? []);
  if (!parsed.success || issues.length > 0) {
    throw new ConfigError(
      issues.map(({ path, message }) => `${path.join('.')}: ${describe(given, path, message)}`).join('\n'),
    );
  }
  const v = parsed.data;
  return {
    host: v.HOST,
    port: v.PORT,
    publicUrl: v.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    internalUrl: v.INTERNAL_URL?.replace(/\/+$/, '') ?? null,
    databaseUrl: v.DATABASE_URL,
    bus: v.REDIS_URL ? { kind: 'redis', url: v.REDIS_URL } : { kind: 'memory' },
    storage: store?.success
      ? {
          kind: 's3',
          endpoint: store.data.S3_ENDPOINT,
          bucket: store.data.S3_BUCKET,
          region: store.data.S3_REGION,
          accessKeyId: store.data.S3_ACCESS_KEY_ID,
          secretAccessKey: store.data.S3_SECRET_ACCESS_KEY,
        }
      : { kind: 'disk', directory: resolve(v.DATA_DIR, 'files') },
    sourceDirectories: v.SOURCE_DIRS,
    inferenceUrl: v.INFERENCE_URL.replace(/\/+$/, ''),
    serviceToken: v.SERVICE_TOKEN,
    signingKey: v.SIGNING_KEY,
    encryptionKeys: withSigningKey(v.ENCRYPTION_KEYS, v.SIGNING_KEY),
    rowSecurity: { mode: v.ROW_SECURITY, role: v.DATABASE_APP_ROLE, url: v.DATABASE_APP_URL ?? null },
    webUrl: v.WEB_URL?.replace(/\/+$/, '') ?? null,
    trustedProxies: v.TRUSTED_PROXIES,
    mail: { smtpUrl: v.SMTP_URL ?? null, from: v.MAIL_FROM },
    // Without a way to send mails nobody could prove anything.
    emailVerification: v.EMAIL_VERIFICATION ?? (v.SMTP_URL ? 'required' : 'optional'),
    signUpsPerHour: v.SIGN_UPS_PER_HOUR,
    requestsPerMinutePerAddress: v.REQUESTS_PER_MINUTE_PER_ADDRESS,
    breachCheckUrl: v.BREACH_CHECK_URL ?? null,
    accessTokens: { issuer: v.JWT_ISSUER, audience: v.JWT_AUDIENCE },
    identityProviders: v.IDENTITY_PROVIDERS,
    outboundHosts: v.OUTBOUND_HOSTS,
    corsOrigins: v.CORS_ORIGINS,
    consoleDirectory: v.CONSOLE === 'off' ? null : v.CONSOLE,
    showsDemoLogin: v.DEMO_LOGIN === 'shown' && /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(v.HOST),
    inferencePublicUrl: v.INFERENCE_PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    operatorEmails: v.OPERATOR_EMAILS,
    worker: v.WORKER,
    seller: {
      name: v.SELLER_NAME,
      // A line break in a variable is more than most shells and files of them can hold.
      address: v.SELLER_ADDRESS?.replaceAll('\\n', '\n') ?? null,
      country: v.SELLER_COUNTRY ?? null,
      taxNumber: v.SELLER_TAX_NUMBER ?? null,
    },
    payments: payments?.success
      ? {
          kind: 'stripe',
          secretKey: payments.data.STRIPE_SECRET_KEY,
          webhookSecret: payments.data.STRIPE_WEBHOOK_SECRET,
          apiUrl: payments.data.STRIPE_API_URL ?? null,
        }
      : { kind: 'manual' },
    // Asking for the schema is a document, too, and none that a program was written with.
    introspection: v.INTROSPECTION === 'on' && v.KNOWN_DOCUMENTS.length === 0,
    knownDocuments: v.KNOWN_DOCUMENTS,
    features: forced.data ?? {},
    logLevel: v.LOG_LEVEL,
  };
}

/** What is needed to open secrets at rest, for tools that are no server. Throws ConfigError. */
export function encryptionKeysOf(env: Record<string, string | undefined>): Config['encryptionKeys'] {
  const parsed = variables.pick({ ENCRYPTION_KEYS: true, SIGNING_KEY: true }).safeParse({
    ENCRYPTION_KEYS: env['ENCRYPTION_KEYS'] || undefined,
    SIGNING_KEY: env['SIGNING_KEY'] || undefined,
  });
  if (parsed.success) return withSigningKey(parsed.data.ENCRYPTION_KEYS, parsed.data.SIGNING_KEY);
  throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
}

/** The signing key wraps until there are keys for that, and still opens what it wrapped. */
function withSigningKey(keys: Config['encryptionKeys'], signingKey: string): Config['encryptionKeys'] {
  const id = 'signing-key';
  return keys.some((key) => key.id === id) ? keys : [...keys, { id, secret: signingKey }];
}

function describe(given: Record<string, unknown>, path: readonly PropertyKey[], message: string): string {
  return given[String(path[0])] === undefined ? 'is required but missing' : message;
}
