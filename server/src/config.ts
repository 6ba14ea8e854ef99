import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';

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

const variables = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(4000),
  PUBLIC_URL: url('http:', 'https:').optional(),
  INTERNAL_URL: url('http:', 'https:').optional(),
  DATABASE_URL: url('postgres:', 'postgresql:'),
  REDIS_URL: url('redis:', 'rediss:').optional(),
  DATA_DIR: directory.default(resolve('data')),
  SOURCE_DIRS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(':')
        .filter(Boolean)
        .map((path) => resolve(path)),
    ),
  INFERENCE_URL: url('http:', 'https:').default('http://127.0.0.1:4001'),
  SERVICE_TOKEN: secret,
  SIGNING_KEY: secret,
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((list) => list.split(',').filter(Boolean)),
  INTROSPECTION: z.enum(['on', 'off']).default('on'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

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
  corsOrigins: string[];
  introspection: boolean;
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
  const issues = [...(parsed.error?.issues ?? []), ...(store?.error?.issues ?? [])];
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
    corsOrigins: v.CORS_ORIGINS,
    introspection: v.INTROSPECTION === 'on',
    logLevel: v.LOG_LEVEL,
  };
}

function describe(given: Record<string, unknown>, path: readonly PropertyKey[], message: string): string {
  return given[String(path[0])] === undefined ? 'is required but missing' : message;
}
