import { parseArgs } from 'node:util';
import { SidecarError } from '../errors.ts';
import { add } from './add.ts';
import { bench } from './bench.ts';
import { UsageError, exitCodes } from './command.ts';
import type { Command, CommandDeps } from './command.ts';
import { list } from './list.ts';
import { remove } from './remove.ts';
import { verify } from './verify.ts';

export const help = `npm run models -- <command>

  list                     what is installed and what can be
  add <name>...            a model of the list          [--force]  again, though it is installed
  add <file.onnx>          any ONNX file: finds out what it is and writes its config
  add <https address>      the same, from there         --sha256 <hex>  which is required
  remove <name>...         take it away
  verify [<name>...]       read every file again and hold it against its digest
  bench <name>             run it 50 times by itself

Of a file or an address one can say what it does not say itself:
  --task <task>            detection, classification, image-embedding, tensors
  --labels <file>          one label a line; or coco-80, imagenet-1k
  --channels rgb|bgr       --mean <a,b,c>  --std <a,b,c>  in that order, on the scale from 0 to 255
  --size <pixels>          where the file leaves the size of its input open
  --threshold <0..1>       how sure a detection must be to be reported
  --name <name>            --version <number>  --licence <text>
  --fold                   make the normalization part of the file, if its results stay the same

All take --json and --help. Models are in MODELS_DIR, or DATA_DIR/models (./data/models).
Exit codes: 0 done, 1 failed or something is damaged, 2 used wrongly, 130 stopped.
More: docs/models.md.`;

const commands: Record<string, Command> = { list, add, remove, verify, bench };

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const argumentsOf = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{ help: { ...flag, short: 'h' }, json: flag, force: flag, fold: flag, sha256: text, task: text, labels: text },
      ...{
        mean: text,
        std: text,
        channels: text,
        size: text,
        name: text,
        version: text,
        licence: text,
        threshold: text,
      },
    },
  });

/** Runs a command and resolves with the exit code; says what went wrong, if it did. */
export async function runModels(args: readonly string[], deps: CommandDeps): Promise<number> {
  const { signal, say, print } = deps;
  try {
    const { values, positionals } = argumentsOf(args);
    const [name = '', ...names] = positionals;
    if (values.help) {
      print(help);
      return exitCodes.done;
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) {
      say(`${name ? `There is no command '${name}'.` : 'Say what to do.'}\n\n${help}\n`);
      return exitCodes.usedWrongly;
    }
    return await command(deps, names, values);
  } catch (error) {
    if (signal.aborted) {
      say('\nStopped. What was fetched so far stays: the same command goes on from there.\n');
      return exitCodes.stopped;
    }
    if (isUsage(error)) {
      say(`${error.message}\n\nnpm run models -- --help\n`);
      return exitCodes.usedWrongly;
    }
    const problem = problemOf(error);
    if (problem === null) throw error;
    say(`${problem}\n`);
    return exitCodes.failed;
  }
}

function isUsage(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

/** What a person can set right; anything else is a bug of ours and keeps its stack. */
function problemOf(error: unknown): string | null {
  if (error instanceof SidecarError) return `${error.code}: ${error.message}`;
  // Of the system: no such folder, not allowed, disk full.
  if (error instanceof Error && 'syscall' in error) return error.message;
  return null;
}
