import { startRealServer } from '../../lib/real-server.ts';
import { serveSubject } from '../../lib/serve-subject.ts';

const [databaseUrl = '', dataDirectory = '', consoleDirectory = ''] = process.argv.slice(2);
serveSubject(startRealServer(databaseUrl, dataDirectory, { CONSOLE: consoleDirectory }));
