import { startRealServer } from '../../lib/real-server.ts';
import { serveSubject } from '../../lib/serve-subject.ts';
import { createTurnTrace } from './turn-trace.ts';

const [databaseUrl = '', dataDirectory = '', redisUrl = ''] = process.argv.slice(2);
const url = startRealServer(databaseUrl, dataDirectory, { REDIS_URL: redisUrl }).then((own) => `${own}/graphql`);

const trace = createTurnTrace();
serveSubject(url, {
  memory: () => process.memoryUsage().rss,
  trace: () => trace.start(),
  traced: () => trace.stop(),
});
