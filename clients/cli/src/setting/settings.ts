import { defaults } from '../defaults.ts';
import { UserMistake, WrongArguments } from '../user-mistake.ts';
import type { Env } from '../command/context.ts';
import type { ProjectFile } from './project-file.ts';

export type Settings = {
  readonly url: string;
  /** Who named the server: what a project's file says is not what its reader said. */
  readonly urlFrom: 'option' | 'environment' | 'project' | 'sign-in' | 'default';
  /** Null where nobody knows where the sidecar is. */
  readonly inferenceUrl: string | null;
  readonly project: ProjectFile | null;
  /** What of the settings makes no sense; only for commands that go on all the same. */
  readonly problem: string | null;
};

type Given = {
  url: string | undefined;
  inferenceUrl: string | undefined;
  env: Env;
  project: ProjectFile | null;
  /** The server that was signed in to last. */
  current: string | null;
};

/** An option counts more than the environment, that more than the project's file, and the server signed in to last comes then. */
export function readSettings({ url: option, inferenceUrl, env, project, current }: Given): Settings {
  const [text, urlFrom] = option
    ? ([option, 'option'] as const)
    : env['SIGHTLINE_URL']
      ? ([env['SIGHTLINE_URL'], 'environment'] as const)
      : project?.url
        ? ([project.url, 'project'] as const)
        : current
          ? ([current, 'sign-in'] as const)
          : ([defaults.url, 'default'] as const);
  const url = readUrl(text);
  return { url, urlFrom, inferenceUrl: readInferenceUrl({ inferenceUrl, env, project }, url), project, problem: null };
}

/** Without a slash at the end. Throws WrongArguments. */
export function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new WrongArguments(`${text} is no address of a server.`);
  // In a list of processes and in the history of a shell everybody could read it.
  if (url.username || url.password) throw new WrongArguments('An address has no password in it. Sign in instead.');
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether an address can only be this machine: by its name alone, as what is looked up may change. */
export const isLoopback = (url: string): boolean => loopback.test(new URL(url).hostname);

function readInferenceUrl(
  { inferenceUrl: option, env, project }: Pick<Given, 'inferenceUrl' | 'env' | 'project'>,
  url: string,
): string | null {
  const said = option ?? env['SIGHTLINE_INFERENCE_URL'];
  if (said) return readUrl(said);
  if (project?.inferenceUrl) {
    const address = readUrl(project.inferenceUrl);
    // The sidecar is sent what somebody is signed in with. A repository that was cloned must not say who else gets that.
    const isNear = new URL(address).hostname === new URL(url).hostname || (isLoopback(address) && isLoopback(url));
    if (!isNear)
      throw new UserMistake(
        `${project.path} wants your sign-in sent to ${address}, which is not where ${url} is. If you trust it, give --inference-url.`,
      );
    return address;
  }
  if (!isLoopback(url)) return null;
  const { hostname } = new URL(url);
  return `http://${hostname}:${defaults.inferencePort}`;
}
