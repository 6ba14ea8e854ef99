import { openDatabase } from '@sightline/db/database';
import { createLogger } from '@sightline/server/infra/logger';
import { startRealServer } from '../lib/real-server.ts';
import { serveSubject } from '../lib/serve-subject.ts';
import { startOpenServer } from './open-server.ts';

const [kind, databaseUrl = '', dataDirectory = '', about = ''] = process.argv.slice(2);
const log = createLogger('info', { write: () => undefined });

/** Authentication, roles, row security, limits. */
async function startSightline(redisUrl: string): Promise<string> {
  return `${await startRealServer(databaseUrl, dataDirectory, redisUrl ? { REDIS_URL: redisUrl } : {})}/graphql`;
}

/** The same graph for whoever asks, always for the same organization. */
const startOpen = () => startOpenServer({ database: openDatabase(databaseUrl), organizationId: about, log });

serveSubject(kind === 'open' ? startOpen() : startSightline(about));
