import { availableParallelism } from 'node:os';
import { delimiter, isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { isLoopbackAddress } from './callers/near.ts';

const url = z
  .url({ protocol: /^https?$/, error: 'must be an address that starts with http:// or https://' })
  .transform((text) => text.replace(/\/+$/, ''));
const secret = z.string().min(32, 'must have at least 32 characters');
const directory = z
  .string()
  .min(1)
  .transform((path) => (isAbsolute(path) ? path : resolve(path)));
/** With nothing behind it, and without a star, which would be a name like any other here. */
const isOrigin = (text: string) => URL.canParse(text) && /^https?:[^*]*$/.test(text) && new URL(text).origin === text;
const origins = z
  .string()
  .default('')
  .transform((list) => list.split(',').flatMap((text) => text.trim().replace(/\/$/, '') || []))
  .refine((list) => list.every(isOrigin), {
    error: 'must be origins such as https://app.example, separated by commas',
  });
const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const flag = z.enum(['0', '1']).transform((text) => text === '1');
const MiB = 1024 * 1024;

/** By the names of the runtime; which of them are there depends on the machine. */
const knownProviders = ['cpu', 'cuda', 'tensorrt', 'coreml', 'dml', 'webgpu', 'openvino', 'qnn', 'xnnpack'];

const variables = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  INFERENCE_PORT: count(0, 65_535).default(4001),
  DATA_DIR: directory.default(resolve('data')),
  MODELS_DIR: directory.optional(),
  MODEL: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be a model name such as nanodet-g')
    .default('nanodet-g'),
  BLOBS_DELAY_MS: count(0, 60_000).default(0),
  ENGINES: count(1, 64).default(1),
  INTRA_THREADS: count(1, 256).optional(),
  ENGINE_ISOLATION: z.enum(['threads', 'processes']).default('threads'),
  EXECUTION_PROVIDERS: z
    .string()
    .default('cpu')
    .transform((list) => list.split(',').map((name) => name.trim().toLowerCase()))
    .refine((names) => names.every((name) => knownProviders.includes(name)), {
      error: `must be a list of ${knownProviders.join(', ')}`,
    }),
  FORCE_CPU: flag.default(false),
  ENGINE_SPIN: flag.default(false),
  QUEUE_SIZE: count(1, 10_000).default(64),
  CACHE_ENTRIES: count(0, 1_000_000).default(1_000),
  CACHE_SHARED: flag.default(false),
  MODELS_LOADED: count(1, 1_000).default(8),
  PREDICT_TIMEOUT_MS: count(50, 600_000).default(10_000),
  MAX_BODY_BYTES: count(1_024, 1_024 * MiB).default(10 * MiB),
  MAX_PENDING_BYTES: count(1_024, 1_024 * 1_024 * MiB).default(256 * MiB),
  MAX_IMAGE_PIXELS: count(1, 1_000_000_000).default(50_000_000),
  MAX_VIDEO_BYTES: count(1, Number.MAX_SAFE_INTEGER).default(2_048 * MiB),
  MAX_SESSIONS: count(1, 1_000).default(16),
  SERVICE_TOKEN: secret.optional(),
  JWKS_URL: url.optional(),
  JWT_ISSUER: z.string().min(1).optional(),
  JWT_AUDIENCE: z.string().min(1).default('sightline'),
  RATE_LIMIT_ORGANIZATION: count(0, 100_000_000).default(6_000),
  RATE_LIMIT_KEY: count(0, 100_000_000).default(3_000),
  RATE_LIMIT_LOCAL: count(0, 100_000_000).default(0),
  USAGE_SPOOL_BYTES: count(MiB, 1_024 * 1_024 * MiB).default(256 * MiB),
  USAGE_FSYNC: flag.default(false),
  LOCAL_TOKEN: secret.optional(),
  SERVER_URL: url.optional(),
  S3_ENDPOINT: url.optional(),
  CORS_ORIGINS: origins,
  SOURCE_DIRS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(delimiter)
        .filter(Boolean)
        .map((path) => resolve(path)),
    ),
  FFMPEG_PATH: z.string().min(1).default('ffmpeg'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).optional(),
  PROGRESS: z.enum(['lines', 'bar', 'off']).optional(),
  PARENT_WATCH: flag.default(false),
  npm_config_registry: url.optional(),
});

export type Config = {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  modelsDirectory: string;
  model: string;
  /** Milliseconds by which the made-up model `blobs` is slowed down. */
  blobsDelayMs: number;
  engineCount: number;
  /** Threads inside one engine. */
  intraThreads: number;
  /** Where engines live. A crash of the native runtime ends a thread's whole process, or just the one process. */
  isolation: 'threads' | 'processes';
  /** Execution providers in order of preference. */
  providers: readonly string[];
  /** Threads that wait by spinning: a little sooner on an idle machine, far later on a busy one. */
  isSpinning: boolean;
  /** Pictures that may wait for an engine. */
  queueSize: number;
  /** Answers that are remembered; 0 remembers none. */
  cacheEntriesMax: number;
  /** Whether organizations may be answered with what others paid for. */
  isCacheShared: boolean;
  /** Models in memory at once. */
  modelsLoadedMax: number;
  predictTimeoutMs: number;
  bodyBytesMax: number;
  /** Bytes of request bodies held at once, over all requests. */
  pendingBytesMax: number;
  imagePixelsMax: number;
  videoBytesMax: number;
  sessionCountMax: number;
  serviceToken: string | null;
  /** Accepted from loopback addresses only. */
  localToken: string | null;
  /** Nobody said who may call: a person started it, who gets a token of this launch. */
  isAlone: boolean;
  /** Nobody but callers of this machine has a way in: it only listens to them, and only under names of this machine. */
  isLocal: boolean;
  /** Who signs tokens that are checked without asking anybody. */
  signedTokens: { keysUrl: string; issuer: string; audience: string } | null;
  /** Requests a minute, where a caller's plan does not say; null is no limit. */
  rateLimits: { organization: number | null; key: number | null; local: number | null };
  dataDirectory: string;
  usageSpoolBytesMax: number;
  /** Answers wait until what they cost is on the disk itself. */
  usageWaitsForDisk: boolean;
  /** Asked whose a caller's token is. */
  serverUrl: string | null;
  /** Bearer tokens for servers that models run on, by variable: whatever starts with `REMOTE_`, as their configs name it. */
  remoteTokens: Readonly<Record<string, string>>;
  /** Origins that frames may be fetched from. */
  frameOrigins: string[];
  /** Origins whose pages may ask, with the cookies of the server where it is on the same host. */
  pageOrigins: readonly string[];
  sourceDirectories: string[];
  ffmpegPath: string;
  logLevel: string;
  /** null: a bar on a terminal, otherwise nothing. */
  progress: 'lines' | 'bar' | 'off' | null;
  endWithParent: boolean;
  /** As npm is configured; null asks npm. */
  npmRegistry: string | null;
};

/** Every problem at once, one a line, each naming its variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Takes what opens doors out of the environment once it is read: what is started from here on, such as a decoder of videos, has no use for it. */
export function forgetSecrets(env: Record<string, string | undefined>): void {
  for (const name of Object.keys(env)) if (/^(SERVICE_TOKEN|LOCAL_TOKEN|REMOTE_.+)$/.test(name)) delete env[name];
}

/** Reads the environment. Pure but for the number of cores. Throws ConfigError. */
export function loadConfig(env: Record<string, string | undefined>): Config {
  // An empty variable is what a shell script leaves behind when it has nothing to say.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = variables.safeParse(given);
  const problems = parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
  if (given['SERVER_URL'] !== undefined && given['SERVICE_TOKEN'] === undefined) {
    problems.push('SERVICE_TOKEN: is required with SERVER_URL, which only answers to it');
  }
  if (given['JWKS_URL'] !== undefined && given['JWT_ISSUER'] === undefined) {
    problems.push('JWT_ISSUER: is required with JWKS_URL: whose tokens are these');
  }
  const isLocal = ['SERVER_URL', 'SERVICE_TOKEN', 'JWKS_URL'].every((name) => given[name] === undefined);
  if (isLocal && parsed.success && !isLoopbackAddress(parsed.data.HOST)) {
    problems.push(
      'HOST: must be this machine (127.0.0.1) while only a local token opens it; set SERVICE_TOKEN or JWKS_URL for others',
    );
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems.join('\n'));
  const v = parsed.data;
  const isAlone = v.SERVER_URL === undefined && v.LOCAL_TOKEN === undefined && v.SERVICE_TOKEN === undefined;
  return {
    host: v.HOST,
    port: v.INFERENCE_PORT,
    modelsDirectory: v.MODELS_DIR ?? resolve(v.DATA_DIR, 'models'),
    model: v.MODEL,
    blobsDelayMs: v.BLOBS_DELAY_MS,
    engineCount: v.ENGINES,
    // Beyond four threads a small detector gains little and takes the cores from decoding.
    intraThreads: v.INTRA_THREADS ?? Math.max(1, Math.min(4, Math.floor(availableParallelism() / v.ENGINES))),
    isolation: v.ENGINE_ISOLATION,
    providers: v.FORCE_CPU ? ['cpu'] : v.EXECUTION_PROVIDERS,
    isSpinning: v.ENGINE_SPIN,
    queueSize: v.QUEUE_SIZE,
    cacheEntriesMax: v.CACHE_ENTRIES,
    isCacheShared: v.CACHE_SHARED,
    modelsLoadedMax: v.MODELS_LOADED,
    predictTimeoutMs: v.PREDICT_TIMEOUT_MS,
    bodyBytesMax: v.MAX_BODY_BYTES,
    pendingBytesMax: v.MAX_PENDING_BYTES,
    imagePixelsMax: v.MAX_IMAGE_PIXELS,
    videoBytesMax: v.MAX_VIDEO_BYTES,
    sessionCountMax: v.MAX_SESSIONS,
    serviceToken: v.SERVICE_TOKEN ?? null,
    localToken: v.LOCAL_TOKEN ?? null,
    isAlone,
    isLocal,
    signedTokens:
      v.JWKS_URL === undefined || v.JWT_ISSUER === undefined
        ? null
        : { keysUrl: v.JWKS_URL, issuer: v.JWT_ISSUER, audience: v.JWT_AUDIENCE },
    rateLimits: {
      organization: v.RATE_LIMIT_ORGANIZATION || null,
      key: v.RATE_LIMIT_KEY || null,
      local: v.RATE_LIMIT_LOCAL || null,
    },
    dataDirectory: v.DATA_DIR,
    usageSpoolBytesMax: v.USAGE_SPOOL_BYTES,
    usageWaitsForDisk: v.USAGE_FSYNC,
    serverUrl: v.SERVER_URL ?? null,
    remoteTokens: Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) => (name.startsWith('REMOTE_') && value ? [[name, value]] : [])),
    ),
    frameOrigins: [v.SERVER_URL, v.S3_ENDPOINT]
      .filter((text) => text !== undefined)
      .map((text) => new URL(text).origin),
    pageOrigins: v.CORS_ORIGINS,
    sourceDirectories: v.SOURCE_DIRS,
    ffmpegPath: v.FFMPEG_PATH,
    // A person who starts it alone reads the table; a supervisor reads the log.
    logLevel: v.LOG_LEVEL ?? (isAlone ? 'warn' : 'info'),
    progress: v.PROGRESS ?? null,
    endWithParent: v.PARENT_WATCH,
    npmRegistry: v.npm_config_registry ?? null,
  };
}
