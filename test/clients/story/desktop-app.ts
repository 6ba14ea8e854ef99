import { openDesktop, openSecretFiles } from '@sightline/desktop';
import type { Capture, DesktopOptions } from '@sightline/desktop';
import { twoBlobs } from '../../inference/pictures.ts';

// The program of the story, at the other end of a channel: it does what it is told and says how that went. It may be killed at any time.
const [given = '{}'] = process.argv.slice(2);
const options = JSON.parse(given) as Pick<DesktopOptions, 'baseUrl' | 'inferenceUrl' | 'dataDirectory' | 'policy'> & {
  hasLocal: boolean;
};
const desktop = await openDesktop({
  ...options,
  appName: 'story',
  // Never the keychain of whoever runs the tests.
  secrets: openSecretFiles(`${options.dataDirectory}/secrets`, Buffer.alloc(32, 7)),
  local: options.hasLocal ? { env: { MODEL: 'blobs', CACHE_ENTRIES: '0' } } : null,
  consent: ({ what }) => what === 'the camera',
  // What is told by itself is told when the story says so.
  backoff: () => 600_000,
  maxRetries: 0,
});
const picture = await twoBlobs();
let capture: Capture | null = null;
let frame = 0;

const does: Record<string, (value: string) => Promise<unknown>> = {
  ready: async () => (await desktop.local?.ready(), desktop.local?.pid),
  async signIn() {
    const viewer = await desktop.signIn({ way: 'device', onCode: ({ userCode }) => process.send?.({ userCode }) });
    return viewer.user?.email;
  },
  async predict(count) {
    const seen = [];
    for (let time = 0; time < Number(count); time += 1) {
      const prediction = await desktop.predict(picture);
      seen.push('detections' in prediction ? prediction.detections.length : prediction.task);
    }
    return seen;
  },
  async begin(sourceId) {
    const consent = await desktop.consent.request({ what: 'the camera', why: 'a story', retention: 'a day' });
    capture = desktop.captures.start(consent, { sourceId });
  },
  async see(labels) {
    for (const label of labels.split(',')) {
      frame += 1;
      await capture?.add({
        ...{
          type: 'OBJECT_ENTERED',
          occurredAt: new Date().toISOString(),
          frameIndex: frame,
          trackNumber: frame,
          label,
        },
        ...{ confidence: 0.5, box: { x: 0, y: 0, width: 0.5, height: 0.5 } },
      });
    }
  },
  end: async () => capture?.end(),
  waiting: async () => desktop.waitingCount,
  sync: () => desktop.sync(),
  close: () => desktop[Symbol.asyncDispose](),
};

process.on('message', (message) => {
  const [what = '', value = ''] = message as string[];
  does[what]!(value)
    .then((result) => process.send?.({ done: what, result: result ?? null }))
    .catch((error: Error & { code?: string }) => process.send?.({ done: what, error: error.code ?? String(error) }));
});
