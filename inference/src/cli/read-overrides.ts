import { readFile, stat } from 'node:fs/promises';
import type { Overrides } from '../models/inspect/decide.ts';
import type { Task, Triple } from '../models/inspect/verdict.ts';
import { UsageError } from './command.ts';
import type { Options } from './command.ts';

const tasks = ['detection', 'classification', 'image-embedding', 'text-embedding', 'tensors'] as const satisfies Task[];
const labelsBytesMax = 1_000_000;
const labelsMax = 10_000;

/** What somebody says of a model. Throws UsageError. */
export async function readOverrides(options: Options): Promise<Overrides & { size: number | undefined }> {
  const { channels } = options;
  if (channels !== undefined && channels !== 'rgb' && channels !== 'bgr')
    throw new UsageError('--channels is rgb or bgr.');
  const task = tasks.find((each) => each === options.task);
  if (options.task !== undefined && !task) throw new UsageError(`--task is one of ${tasks.join(', ')}.`);
  const size = number('size', options.size);
  if (size !== undefined && !(Number.isInteger(size) && size >= 16 && size <= 4_096)) {
    throw new UsageError('--size is a number of pixels from 16 to 4096.');
  }
  const threshold = number('threshold', options.threshold);
  if (threshold !== undefined && (threshold < 0 || threshold > 1))
    throw new UsageError('--threshold is a number from 0 to 1.');
  const std = triple('std', options.std);
  if (std?.includes(0)) throw new UsageError('--std cannot be 0: pictures are divided by it.');
  const labels = options.labels === undefined ? undefined : await readLabels(options.labels);
  return { task, channels, size, threshold, mean: triple('mean', options.mean), std, labels };
}

function number(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new UsageError(`--${option} is a number.`);
  return value;
}

/** `127.5` or `123.7,116.3,103.5`, in the order of the channels and on the scale from 0 to 255. */
function triple(option: string, text: string | undefined): Triple | undefined {
  if (text === undefined) return undefined;
  const values = text.split(',').map((part) => number(option, part) ?? Number.NaN);
  const [first = 0, second = first, third = second] = values;
  if (values.length !== 1 && values.length !== 3)
    throw new UsageError(`--${option} is one number or three, as in 123.7,116.3,103.5.`);
  return [first, second, third];
}

async function readLabels(given: string): Promise<Overrides['labels']> {
  if (given === 'coco-80' || given === 'imagenet-1k') return given;
  const size = await stat(given).then(
    (found) => (found.isFile() ? found.size : 0),
    () => null,
  );
  if (size === null)
    throw new UsageError(
      `--labels: there is no file ${given}. It has one label a line; coco-80 and imagenet-1k are known by name.`,
    );
  if (size > labelsBytesMax)
    throw new UsageError(`--labels: ${given} has more than ${labelsBytesMax / 1e6} MB, which no list of labels has.`);
  const lines = (await readFile(given, 'utf8')).split(/\r?\n/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  const empty = lines.indexOf('');
  if (empty >= 0) throw new UsageError(`--labels: line ${empty + 1} of ${given} is empty. Every class needs a label.`);
  if (lines.length === 0 || lines.length > labelsMax)
    throw new UsageError(`--labels: ${given} has ${lines.length} lines; it may have 1 to ${labelsMax}.`);
  return lines;
}
