import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export type Settings = {
  host: string;
  /** 0 means any free one. */
  port: number;
  inferencePort: number;
  dataDir: string;
  /** Null means the PostgreSQL that comes with the install. */
  databaseUrl: string | null;
  redisUrl: string | null;
  /** Folders whose files sources may read, besides the samples. */
  sourceDirs: string[];
  /** How many of the server; one address for all. */
  servers: number;
  demo: boolean;
  help: boolean;
};

/** Connections to PostgreSQL are what bounds it: a server may take thirty of a hundred. */
const serversMax = 3;

/** Every problem at once, one a line, each naming its variable. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Reads arguments and environment; paths are relative to `cwd`. Throws SettingsError. */
export function readSettings(args: string[], env: Record<string, string | undefined>, cwd: string): Settings {
  const problems: string[] = [];
  const { demo, help, servers, redis } = readArguments(args, problems);
  // An empty variable is what a shell script leaves behind when it has nothing to say.
  const given = (name: string) => (name === 'REDIS_URL' && redis?.trim()) || env[name]?.trim() || null;

  const port = (name: string, fallback: number): number => {
    const text = given(name) ?? String(fallback);
    const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value <= 65_535))
      problems.push(`${name}: "${text}" is not a port; give a number from 0 (any free one) to 65535`);
    return value;
  };
  const address = (name: string, protocols: string[]): string | null => {
    const text = given(name);
    if (text && !(URL.canParse(text) && protocols.includes(new URL(text).protocol))) {
      // The value may hold a password, so it is not repeated.
      problems.push(
        `${name}: is no address; it must begin with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
      );
    }
    return text;
  };
  const oneOf = (name: string, values: readonly string[]): void => {
    const text = given(name);
    if (text && !values.includes(text)) problems.push(`${name}: "${text}" is not one of ${values.join(', ')}`);
  };
  const folders = (name: string): string[] => {
    const paths = (given(name) ?? '')
      .split(delimiter)
      .filter(Boolean)
      .map((path) => resolve(cwd, path));
    for (const path of paths) if (!existsSync(path)) problems.push(`${name}: ${path} does not exist`);
    return paths;
  };

  const settings: Settings = {
    host: given('HOST') ?? '127.0.0.1',
    port: port('PORT', 4000),
    inferencePort: port('INFERENCE_PORT', 4001),
    dataDir: resolve(cwd, given('DATA_DIR') ?? 'data'),
    databaseUrl: address('DATABASE_URL', ['postgres:', 'postgresql:']),
    redisUrl: address('REDIS_URL', ['redis:', 'rediss:']),
    sourceDirs: folders('SOURCE_DIRS'),
    servers: /^\d{1,2}$/.test(servers) ? Number(servers) : 0,
    demo,
    help,
  };
  if (settings.servers < 1 || settings.servers > serversMax)
    problems.push(`--servers: "${servers}" is not a number from 1 to ${serversMax}`);
  if (settings.servers > 1 && !settings.redisUrl)
    problems.push(
      '--servers: several servers tell each other by Redis; give its address: --redis redis://127.0.0.1:6379',
    );
  const problem = folderProblem(settings.dataDir);
  if (problem) problems.push(`DATA_DIR: ${problem}`);
  // The server's own, checked here so that a mistake shows before anything is started.
  address('PUBLIC_URL', ['http:', 'https:']);
  address('INTERNAL_URL', ['http:', 'https:']);
  oneOf('LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']);
  oneOf('INTROSPECTION', ['on', 'off']);
  if (!/^[\w.:-]+$/.test(settings.host))
    problems.push(`HOST: "${settings.host}" is neither a name nor an address of this machine`);
  if (settings.port !== 0 && settings.port === settings.inferencePort) {
    problems.push(`INFERENCE_PORT: is ${settings.port}, the same as PORT; each needs its own`);
  }
  requireAllOrNone(['S3_ENDPOINT', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'], given, problems);
  for (const name of ['SERVICE_TOKEN', 'SIGNING_KEY']) {
    const text = given(name);
    if (text && text.length < 32)
      problems.push(`${name}: has ${text.length} characters and needs at least 32 (leave it out and one is made)`);
  }
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
  return settings;
}

/** Why a folder cannot be used or made, or null. Looks at it, or at the nearest one above it that exists. */
function folderProblem(folder: string): string | null {
  let nearest = folder;
  while (!existsSync(nearest)) nearest = dirname(nearest);
  if (!statSync(nearest).isDirectory()) return `${nearest} is a file, not a folder`;
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK);
    return null;
  } catch {
    return `${nearest} may not be written to by this user`;
  }
}

type Arguments = { demo: boolean; help: boolean; servers: string; redis?: string | undefined };

function readArguments(args: string[], problems: string[]): Arguments {
  try {
    const { values } = parseArgs({
      args,
      allowNegative: true,
      options: {
        demo: { type: 'boolean', default: true },
        help: { type: 'boolean', short: 'h', default: false },
        servers: { type: 'string', default: '1' },
        redis: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    problems.push((error as Error).message);
    return { demo: true, help: false, servers: '1' };
  }
}

/** Half a configuration must not fall back to the default in silence. */
function requireAllOrNone(names: string[], given: (name: string) => string | null, problems: string[]): void {
  const missing = names.filter((name) => !given(name));
  if (missing.length === names.length) return;
  for (const name of missing) problems.push(`${name}: is missing; ${names.join(', ')} belong together`);
}
