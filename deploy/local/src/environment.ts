import { isIP } from 'node:net';
import { delimiter, join } from 'node:path';
import { demoLogin } from '@sightline/db/seed';
import type { Settings } from './settings.ts';

export type Addresses = { server: string; inference: string };
type Secrets = { serviceToken: string; signingKey: string };

/** Where the two processes answer on this machine, also when they listen on every address. */
export function addressesOf(host: string, port: number, inferencePort: number): Addresses {
  const local = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const name = local.includes(':') ? `[${local}]` : local;
  return { server: `http://${name}:${port}`, inference: `http://${name}:${inferencePort}` };
}

/** Whether nobody but this machine can reach it. */
export const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);

/** Pages of the console, by each name that this machine has for itself. */
function consoleOrigins({ server }: Addresses): string[] {
  const { origin, port, hostname } = new URL(server);
  const isPlain = isIP(hostname.replaceAll(/^\[|\]$/g, '')) > 0;
  return isPlain ? [origin, `http://localhost${port && `:${port}`}`] : [origin];
}

/** Variables for both processes: what the caller set (S3, log level …) and what the launcher decided. */
export function childEnvironments(
  base: Record<string, string | undefined>,
  settings: Settings,
  secrets: Secrets,
  addresses: Addresses,
  samplesDir: string,
) {
  const shared = {
    ...base,
    HOST: settings.host,
    DATA_DIR: settings.dataDir,
    SERVICE_TOKEN: base['SERVICE_TOKEN'] || secrets.serviceToken,
    // Every start loads the same thousand files; compiled once, they load in half the time.
    NODE_COMPILE_CACHE: base['NODE_COMPILE_CACHE'] || join(settings.dataDir, 'cache', 'compiled'),
    SOURCE_DIRS: [samplesDir, ...settings.sourceDirs].join(delimiter),
  };
  const isLocal = isLoopback(settings.host);
  return {
    /** `ownPort`: it answers there, behind what answers at the address that is told. */
    server: (databaseUrl: string, ownPort: number | null = null) =>
      defined({
        ...shared,
        PORT: new URL(addresses.server).port,
        ...(ownPort !== null && {
          HOST: '127.0.0.1',
          PORT: String(ownPort),
          PUBLIC_URL: base['PUBLIC_URL'] || addresses.server,
          INTERNAL_URL: base['INTERNAL_URL'] || addresses.server,
          // What is in front says for whom it asks.
          TRUSTED_PROXIES: [base['TRUSTED_PROXIES'], '127.0.0.1'].filter(Boolean).join(','),
        }),
        REDIS_URL: settings.redisUrl ?? undefined,
        DATABASE_URL: databaseUrl,
        SIGNING_KEY: base['SIGNING_KEY'] || secrets.signingKey,
        INFERENCE_URL: addresses.inference,
        // Whoever is elsewhere reaches the sidecar by an address that only they know.
        INFERENCE_PUBLIC_URL: base['INFERENCE_PUBLIC_URL'] || (isLocal ? addresses.inference : undefined),
        DEMO_LOGIN: isLocal && settings.demo ? 'shown' : 'off',
        // Whoever sits at this machine runs what is on it.
        OPERATOR_EMAILS: base['OPERATOR_EMAILS'] || (isLocal && settings.demo ? demoLogin.email : undefined),
      }),
    inference: defined({
      ...shared,
      CORS_ORIGINS: [
        base['CORS_ORIGINS'],
        ...consoleOrigins(addresses),
        base['PUBLIC_URL'] && new URL(base['PUBLIC_URL']).origin,
      ]
        .filter(Boolean)
        .join(','),
      INFERENCE_PORT: new URL(addresses.inference).port,
      // Tokens of people are checked by these before anybody is asked about them.
      JWKS_URL: base['JWKS_URL'] || `${addresses.server}/.well-known/jwks.json`,
      JWT_ISSUER: base['JWT_ISSUER'] || 'sightline',
      SERVER_URL: addresses.server,
      PARENT_WATCH: '1',
      PROGRESS: 'lines',
      // glibc only, bytes: what a model took goes back to the system when it is replaced. Left to itself, the allocator
      // raises this limit with every large block it frees, and keeps the memory of weights in pieces.
      MALLOC_MMAP_THRESHOLD_: base['MALLOC_MMAP_THRESHOLD_'] || String(4 * 1024 * 1024),
    }),
  };
}

const defined = (env: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
