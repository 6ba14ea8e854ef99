import { spawn, spawnSync } from 'node:child_process';

const installTimeoutMs = 240_000;

/** Programs that some tests use and npm does not bring, with others that do as well and their Debian packages. */
const tools = [
  { program: 'redis-server', others: [], debian: 'redis-server' },
  { program: 'ffmpeg', others: [], debian: 'ffmpeg' },
  { program: 'chromium', others: ['chromium-browser', 'google-chrome'], debian: 'chromium' },
] as const;

export type Tool = (typeof tools)[number]['program'];

/** Installs what is missing where that is possible without asking (root on Debian), and says what is still missing. */
export async function ensureTools(say: (line: string) => void): Promise<Set<Tool>> {
  const missing = tools.filter(isMissing);
  if (missing.length === 0) return new Set();
  const names = missing.map(({ debian }) => debian);
  if (process.getuid?.() === 0 && isInstalled('apt-get')) {
    say(`Installing ${names.join(' and ')} with apt-get (at most ${installTimeoutMs / 60_000} minutes) …`);
    const signal = AbortSignal.timeout(installTimeoutMs);
    const isUpdated = await aptGet(['update'], signal);
    if (!isUpdated || !(await aptGet(['install', '-y', '--no-install-recommends', ...names], signal))) {
      say('apt-get did not succeed.');
    }
  }
  const still = missing.filter(isMissing);
  for (const { program, debian } of still) {
    say(
      `There is no ${program} here, so the tests that need it are skipped. Install it: apt-get install ${debian}, brew install ${debian.split('-')[0]}.`,
    );
  }
  return new Set(still.map(({ program }) => program));
}

const isMissing = ({ program, others }: (typeof tools)[number]) => ![program, ...others].some(isInstalled);
const isInstalled = (program: string) => spawnSync('which', [program], { stdio: 'ignore' }).status === 0;

function aptGet(args: string[], signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('apt-get', ['-q', ...args], {
      signal,
      stdio: ['ignore', 'ignore', 'inherit'],
      // The package would start a Redis of its own on the machine.
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', SYSTEMD_OFFLINE: '1', RUNLEVEL: '1' },
    });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}
