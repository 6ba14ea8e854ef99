import { cwd as currentFolder } from 'node:process';
import type { Client } from '@sightline/core';
import { explainFailure } from './command/failure.ts';
import { exitCode } from './command/exit-code.ts';
import { helpOf, helpOfAll } from './command/help.ts';
import { readArguments } from './command/read-arguments.ts';
import type { Read } from './command/read-arguments.ts';
import type { Context, Env, Input } from './command/context.ts';
import { commands } from './commands/commands.ts';
import { createOut } from './output/out.ts';
import type { Out } from './output/out.ts';
import { jsonLine } from './output/plain-text.ts';
import type { Terminal } from './output/live-area.ts';
import { findProjectFile } from './setting/project-file.ts';
import { readSettings } from './setting/settings.ts';
import type { Settings } from './setting/settings.ts';
import { signedInClient } from './setting/open-client.ts';
import { openSignIns, settingsDirectory } from './sign-in/sign-ins.ts';
import type { Secrets, SignIns } from './sign-in/sign-ins.ts';
import { UserMistake, WrongArguments } from './user-mistake.ts';
import { versionOf } from './version.ts';

export type Surroundings = {
  stdin: Input;
  stdout: Terminal;
  stderr: Terminal;
  env: Env;
  /** Ctrl-C. */
  signal: AbortSignal;
  cwd?: string;
  /** In place of the keychain or sealed files of the person. */
  secrets?: Secrets;
};

/** One command line. The result is the exit code; only a bug throws. */
export async function runSightline(argv: readonly string[], around: Surroundings): Promise<number> {
  const { stdout, stderr, env, signal } = around;
  // Before anything is read: what is wrong with the arguments is said in JSON, too.
  const isJson = argv.includes('--json');
  const hasColours = !env['NO_COLOR'] && env['TERM'] !== 'dumb' && !argv.includes('--no-color');
  const out = createOut({ stdout, stderr, isJson, hasColours });
  const seen = { url: '' };
  try {
    if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
      stdout.write(`${versionOf()}\n`);
      return exitCode.done;
    }
    const read = readArguments(commands, argv);
    const help = helpFor(read, hasColours && stdout.isTTY === true);
    if (help === null) return await runCommand(read, { around, out, seen });
    stdout.write(help);
    return exitCode.done;
  } catch (error) {
    out.live.draw([]);
    if (signal.aborted) return exitCode.interrupted;
    const failure = await explainFailure(error, seen.url);
    if (failure === null) throw error;
    const { isTheirs, ...told } = failure;
    if (isJson) stderr.write(`${jsonLine({ error: told })}\n`);
    // What we say ourselves has its way out with it.
    else out.note(told.hint && isTheirs ? `${told.message}\n${told.hint}` : told.message);
    return failure.exitCode;
  }
}

/** Null where a command is to be run. */
function helpFor({ command, words, globals }: Read, hasColours: boolean): string | null {
  if (command) return globals.help ? helpOf(command, hasColours) : null;
  return helpOfAll(commands, words, hasColours);
}

type Doing = { around: Surroundings; out: Out; seen: { url: string } };

async function runCommand({ command, options, globals, args }: Read, { around, out, seen }: Doing): Promise<number> {
  if (!command) return exitCode.done;
  const { env, stdin, signal, cwd = currentFolder() } = around;
  const directory = settingsDirectory(env);
  const signIns = openSignIns({
    directory,
    openSecrets: async () =>
      around.secrets ??
      // Loaded here: a key of the environment needs none.
      (await (
        await import('@sightline/desktop')
      ).openSecrets({
        service: 'sightline-cli',
        directory,
        logger: { warn: (message) => out.note(message) },
        ...(env['SIGHTLINE_KEYCHAIN'] === 'off' && { keychain: null }),
      })),
  });
  const given = { url: globals.url, inferenceUrl: globals['inference-url'], env };
  const settings = await settingsOf(given, { signIns, cwd, isPatient: command.toleratesBrokenSettings ?? false });
  seen.url = settings.url;
  const onLost = () => out.note('The connection is lost; trying again.');
  let opened: Promise<Client> | null = null;
  const client = () => (opened ??= signedInClient({ settings, signIns, env, onLost }));
  const context: Context<Record<string, unknown>> = {
    options,
    args,
    settings,
    client,
    signIns,
    out,
    env,
    cwd,
    stdin,
    signal,
  };
  try {
    const code = await command.run(context as Context<never>);
    return signal.aborted ? exitCode.interrupted : (code ?? exitCode.done);
  } finally {
    out.live.draw([]);
    // A client that was never opened, or could not be, has nothing to close.
    await (opened as Promise<Client> | null)?.then(
      (each) => each.close(),
      () => {},
    );
    await signIns.saved();
  }
}

type Given = Pick<Parameters<typeof readSettings>[0], 'url' | 'inferenceUrl' | 'env'>;
type Places = { signIns: SignIns; cwd: string; isPatient: boolean };

/** Whoever is patient goes on with what was given on the command line, and is told what is wrong with the rest. */
async function settingsOf(given: Given, { signIns, cwd, isPatient }: Places): Promise<Settings> {
  try {
    return readSettings({ ...given, project: await findProjectFile(cwd), current: await signIns.current() });
  } catch (error) {
    if (!isPatient || !(error instanceof UserMistake) || error instanceof WrongArguments) throw error;
    return { ...readSettings({ ...given, project: null, current: null }), problem: error.message };
  }
}
