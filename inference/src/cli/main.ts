import { refuseTelemetry } from '../engine/refuse-telemetry.ts';
import { ConfigError, loadConfig } from '../config.ts';
import { createLogger } from '../logger.ts';
import { catalogue } from '../models/catalogue.ts';
import { createNpmRegistry, runNpm } from '../models/npm-registry.ts';
import { createProgress } from '../models/progress.ts';
import { exitCodes } from './command.ts';

/** What matters here; the rest is the sidecar's and may be wrong without harm. */
const variables = [
  ...['DATA_DIR', 'MODELS_DIR', 'ENGINES', 'INTRA_THREADS', 'ENGINE_SPIN', 'FORCE_CPU', 'EXECUTION_PROVIDERS'],
  ...['PROGRESS', 'LOG_LEVEL', 'npm_config_registry'],
];
/** Between two lines where no bar can be drawn. */
const lineEveryMs = 1_000;

// Before the runtime's library loads, which importing the commands does.
refuseTelemetry();
const { runModels } = await import('./run-models.ts');
process.exitCode = await main();

async function main(): Promise<number> {
  const { stdout, stderr } = process;
  const say = (text: string) => void stderr.write(text);
  const stopping = new AbortController();
  process.once('SIGINT', () => {
    stopping.abort(new Error('stopped'));
    // Whoever asks twice does not wait.
    process.once('SIGINT', () => process.exit(exitCodes.stopped));
  });
  process.once('SIGTERM', () => stopping.abort(new Error('stopped')));
  try {
    const config = loadConfig(Object.fromEntries(variables.map((name) => [name, process.env[name]])));
    const { modelsDirectory, npmRegistry, progress, intraThreads, isSpinning, providers } = config;
    const kind = progress ?? (stderr.isTTY ? 'bar' : 'lines');
    return await runModels(process.argv.slice(2), {
      ...{ modelsDirectory, catalogue, fetch, intraThreads, isSpinning, providers, say },
      registry: createNpmRegistry({ registry: npmRegistry, fetch, npm: runNpm }),
      showProgress: createProgress(
        kind,
        stderr,
        Date.now,
        progress === null && kind === 'lines' ? lineEveryMs : undefined,
      ),
      signal: stopping.signal,
      now: Date.now,
      log: createLogger(process.env['LOG_LEVEL'] ? config.logLevel : 'error'),
      print: (text) => void stdout.write(`${text}\n`),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    say(`The configuration cannot be used:\n${error.message.replace(/^/gm, '  ')}\n`);
    return exitCodes.usedWrongly;
  }
}
