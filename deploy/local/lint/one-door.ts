/** Where requests leave from. Everything else that reaches out takes `SafeFetch`, or the port of one of these. */
const doors = [
  /^server\/src\/infra\/safe-fetch\//,
  // To what an operator configured, not to what people chose: the sidecar, the object storage, the mail server, Redis.
  /^server\/src\/infra\/(inference-client|s3-storage|smtp-mailer|redis-bus|redis-flag-overrides|redis-rate-limiter)\.ts$/,
];
const test = /\.test\.ts$/;

/** What can open a connection, by the module that has it; null: anything in it. */
const openers: Readonly<Record<string, readonly string[] | null>> = {
  'node:http': ['request', 'get', 'Agent', 'ClientRequest', 'globalAgent', 'WebSocket'],
  'node:https': null,
  'node:http2': null,
  'node:tls': null,
  'node:dgram': null,
  'node:child_process': null,
  'node:net': ['connect', 'createConnection', 'Socket'],
  undici: null,
  nodemailer: null,
  aws4fetch: null,
  ioredis: null,
  jose: ['createRemoteJWKSet'],
  ws: ['WebSocket', 'createWebSocketStream'],
};
const globals = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'];

export const wayOut =
  'One door leads out. Take SafeFetch in Deps: it knows which addresses people may choose. A fixed service gets an adapter in infra/.';

/** Whether a file has to go through the door. */
export const mustUseDoor = (file: string) =>
  file.startsWith('server/src/') && !test.test(file) && !doors.some((door) => door.test(file));

/** Whether a name of a module can open a connection; `default` and `*` are the module whole. */
export function opensConnection(module: string, name: string): boolean {
  const bare = ['http', 'https', 'http2', 'tls', 'dgram', 'net', 'child_process'].includes(module);
  const names = openers[bare ? `node:${module}` : module];
  if (names === undefined) return false;
  return names === null || names.includes(name) || name === 'default' || name === '*';
}

export const isOpenGlobal = (name: string) => globals.includes(name);
