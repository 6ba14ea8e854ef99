import { basename, extname, join, resolve } from 'node:path';
import { readFile, writeFile } from 'node:fs/promises';
import type { PredictOptions, Prediction } from '@sightline/core';
import { defineCommand } from '../command/command.ts';
import type { Context, Input } from '../command/context.ts';
import { exitCode } from '../command/exit-code.ts';
import { explainFailure } from '../command/failure.ts';
import { makeFolder } from '../make-folder.ts';
import type { Mark } from '../pictures/annotate.ts';
import { plainText } from '../output/plain-text.ts';
import type { Sides } from '../predicting/sides.ts';
import { UserMistake, WrongArguments } from '../user-mistake.ts';

/** More than any sidecar takes; a device that never ends must not fill the memory. */
const bytesMax = 64 * 1024 * 1024;
/** Enough to keep a sidecar busy while answers are on their way. */
const atOnce = 4;

export const predict = defineCommand({
  name: 'predict',
  summary: 'Says what a model sees in pictures, and draws it in',
  details: [
    'Annotated pictures are written where --out says; without it none are. One file that cannot be read does not keep the',
    'others from being looked at: the exit code is 1 then.',
    'A sidecar of this machine looks where @sightline/inference is installed beside this program, and the server’s where that',
    'cannot answer or is on this machine itself; side says in JSON who did. What a sidecar of this machine did is told to the server.',
  ],
  arguments: [{ name: 'files', about: 'pictures; - is what is sent in', isMany: true, offers: 'files' }],
  options: {
    model: { type: 'text', value: 'NAME', about: 'another model than the default one' },
    'model-version': { type: 'text', value: 'VERSION', about: 'one version of it; needs --model' },
    labels: { type: 'list', value: 'LABEL', about: 'only these' },
    threshold: { type: 'number', value: '0…1', least: 0, most: 1, isFraction: true, about: 'least confidence' },
    max: { type: 'number', value: 'N', least: 1, most: 1_000, about: 'at most so many of each picture, surest first' },
    local: { type: 'flag', about: 'only a sidecar of this machine, which is started' },
    cloud: { type: 'flag', about: 'only the server’s sidecar' },
    out: { type: 'text', short: 'o', value: 'DIR', about: 'where annotated pictures go' },
  },
  examples: [
    { line: 'sightline predict *.jpg --out seen', about: 'Pictures with boxes and labels, in the folder seen' },
    { line: 'sightline predict gate.jpg --labels person,dog --threshold 0.6', about: 'Only what matters' },
    { line: 'sightline predict gate.jpg --local --json', about: 'Without sending the picture away; side is local' },
    {
      line: 'curl -s http://camera/still | sightline predict - --json',
      about: 'What is sent in; one JSON value a picture',
    },
  ],
  async run(context) {
    const { args, options, signal } = context;
    if (options['model-version'] && !options.model) throw new WrongArguments('--model-version needs --model.');
    if (options.local && options.cloud) throw new WrongArguments('Give either --local or --cloud.');
    if (args.filter((each) => each === '-').length > 1) throw new WrongArguments('- can be given once.');
    const names = namesFor(args);
    refuseToOverwrite(args, names, options.out);
    const client = await context.client();
    if (options.out !== undefined) await makeFolder(options.out);
    const { openSides } = await import('../predicting/sides.ts');
    await using sides = await openSides({
      ...{ client, signal, env: context.env, note: context.out.note },
      inferenceUrl: context.settings.inferenceUrl,
      policy: options.local ? 'local' : options.cloud ? 'cloud' : 'prefer-local',
    });
    let done = 0;
    let hasFailed = false;
    const look = (file: string) => lookAt(sides, file, context);
    for await (const { item: file, index, result } of inOrder(args, look, atOnce)) {
      signal.throwIfAborted();
      if (!result.isDone) {
        hasFailed = true;
        await tellFailed(context, file, result.error);
        continue;
      }
      const { prediction, side, picture } = result.value;
      const path = options.out === undefined ? null : join(options.out, names[index] ?? '');
      const written = prediction.task === 'detection' ? path : null;
      if (written !== null && prediction.task === 'detection') await writeAnnotated(written, picture, prediction);
      done += 1;
      context.out.live.draw(args.length > 1 ? [`${done} of ${args.length}`] : []);
      context.out.give({ file, ...prediction, side, annotated: written }, ({ bold, dim }) => [
        bold(plainText(file)) +
          dim(side === 'local' ? '  by this machine' : '') +
          (written ? dim(`  → ${plainText(written)}`) : ''),
        ...linesOf(prediction),
      ]);
    }
    return hasFailed ? exitCode.failed : exitCode.done;
  },
});

type Asked = Context<{
  model: string | undefined;
  'model-version': string | undefined;
  labels: readonly string[];
  threshold: number | undefined;
  max: number | undefined;
}>;

async function lookAt(sides: Sides, file: string, { options, signal, stdin }: Asked) {
  const picture = file === '-' ? await readAll(stdin) : new Uint8Array(await readFile(file, { signal }));
  const asked: PredictOptions = {
    model: options.model,
    version: options['model-version'],
    labels: options.labels.length > 0 ? options.labels : undefined,
    threshold: options.threshold,
    max: options.max,
    signal,
  };
  return { picture, ...(await sides.predict(picture, asked)) };
}

async function readAll(stdin: Input): Promise<Uint8Array<ArrayBuffer>> {
  if (stdin.isTTY) throw new UserMistake('Send a picture in: sightline predict - < picture.jpg');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    size += chunk.length;
    if (size > bytesMax) throw new UserMistake(`What is sent in is larger than ${bytesMax / 1024 / 1024} MB.`);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** One file that fails does not end the others; what would fail for each of them does. */
async function tellFailed({ out, settings, signal }: Context, file: string, error: unknown): Promise<void> {
  const failure = signal.aborted ? null : await explainFailure(error, settings.inferenceUrl ?? settings.url);
  const isAboutFile =
    failure?.exitCode === exitCode.failed && (failure.code?.startsWith('IMAGE_') || failure.code === null);
  if (!failure || !isAboutFile) throw error;
  const { code, message } = failure;
  if (out.isJson) out.give({ file, error: { code, message } }, () => []);
  else out.note(failure.message.includes(file) ? failure.message : `${file}: ${failure.message}`);
}

function linesOf(prediction: Prediction): string[] {
  if (prediction.task === 'classification') {
    const { classes } = prediction;
    return classes.map(({ label, confidence }) => `  ${percent(confidence)}  ${plainText(label)}`);
  }
  if (prediction.task !== 'detection') return ['  a vector: see --json'];
  const { detections } = prediction;
  if (detections.length === 0) return ['  nothing was seen'];
  return detections.map(({ label, confidence, box }) => {
    const [x, y, width, height] = [box.x, box.y, box.width, box.height].map(Math.round);
    return `  ${percent(confidence)}  ${plainText(label)}  ${width} × ${height} at ${x}, ${y}`;
  });
}

const percent = (confidence: number) => `${Math.round(confidence * 100)} %`.padStart(5);

async function writeAnnotated(
  path: string,
  picture: Uint8Array,
  { detections }: Extract<Prediction, { task: 'detection' }>,
) {
  // Loaded here: every other command starts without it.
  const { annotate } = await import('../pictures/annotate.ts');
  const counts = new Map<string, number>();
  const marks: Mark[] = detections.map(({ label, confidence, normalizedBox }) => {
    const trackNumber = (counts.get(label) ?? 0) + 1;
    counts.set(label, trackNumber);
    return { trackNumber, label, confidence, box: normalizedBox };
  });
  await writeFile(path, await annotate(picture, marks));
}

/** A name for each picture that is drawn: two of the same name in different folders must not become one. */
export function namesFor(files: readonly string[]): string[] {
  const taken = new Set<string>();
  return files.map((file) => {
    const stem = file === '-' ? 'stdin' : basename(file, extname(file));
    let name = `${stem}.jpg`;
    for (let number = 2; taken.has(name.toLowerCase()); number += 1) name = `${stem}-${number}.jpg`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/** What is drawn never takes the place of a picture that is looked at. */
function refuseToOverwrite(files: readonly string[], names: readonly string[], folder: string | undefined): void {
  if (folder === undefined) return;
  const originals = new Set(files.map((file) => resolve(file)));
  const hit = names.map((name) => join(folder, name)).find((path) => originals.has(resolve(path)));
  if (hit)
    throw new WrongArguments(`${hit} is one of the pictures and would be written over. Give another folder as --out.`);
}

type Result<T> = { isDone: true; value: T } | { isDone: false; error: unknown };

/** Works on so many at once, and gives results in the order of the items. */
async function* inOrder<I, T>(items: readonly I[], work: (item: I) => Promise<T>, count: number) {
  const started: Promise<Result<T>>[] = [];
  const start = (index: number) => {
    const item = items[index];
    if (index >= items.length || started[index]) return;
    started[index] = work(item as I).then(
      (value) => ({ isDone: true, value }),
      (error: unknown) => ({ isDone: false, error }),
    );
  };
  for (const [index, item] of items.entries()) {
    for (let ahead = index; ahead < index + count; ahead += 1) start(ahead);
    const result = await (started[index] as Promise<Result<T>>);
    // Pictures that were told of are not kept.
    delete started[index];
    yield { item, index, result };
  }
}
