import { fileURLToPath } from 'node:url';

/** What `npm run demo` assumes. A server started with `npm start` has this login and answers here. */
export const defaults = {
  url: 'http://127.0.0.1:4000',
  /** Where the sidecar of a server on this machine is. */
  inferencePort: 4001,
  email: 'demo@sightline.local',
  password: 'sightline-demo',
  /** Pictures that come with the repository; `npm start` lets the server read them where they are. */
  samples: fileURLToPath(new URL('../../../deploy/samples/street', import.meta.url)),
  samplesName: 'Street camera',
  /** The camera took a picture this often. */
  samplesIntervalMs: 300,
  out: 'data/demo',
} as const;
