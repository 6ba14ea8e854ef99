import { SidecarError } from '../../errors.ts';
import { isModelName } from './model-name.ts';

/** The same answer for a name that no model can have and for one that none has. */
export function notInstalled(name: string): SidecarError {
  if (!isModelName(name)) {
    return new SidecarError('MODEL_NOT_INSTALLED', 'There is no such model: names are like nanodet-g or yunet.');
  }
  const command = `npm run models -- add ${name}`;
  return new SidecarError('MODEL_NOT_INSTALLED', `The model '${name}' is not installed. To add it: ${command}`, {
    details: { command },
  });
}

/** Another version answers. */
export function notServed(name: string, version: string | null, served: readonly string[]): SidecarError {
  const message = `The model '${name}' does not serve version ${version}. It serves: ${served.join(', ')}.`;
  return new SidecarError('MODEL_NOT_INSTALLED', message, { details: { versions: served } });
}

/** The folder has no such version. */
export function notThere(name: string, version: string, installed: readonly string[]): SidecarError {
  const message = `The model '${name}' has no version ${version}. Installed: ${installed.join(', ')}.`;
  return new SidecarError('MODEL_NOT_INSTALLED', message, { details: { versions: installed } });
}

export const notReady = (name: string, reason: string): SidecarError =>
  new SidecarError('MODEL_NOT_READY', `The model '${name}' is not ready: ${reason}.`);

/** What a load came to that refused versions while those of `staying` go on answering. */
export function refusedVersions(
  name: string,
  problems: ReadonlyMap<string, unknown>,
  staying: readonly string[],
): unknown {
  const [first] = problems.values();
  if (problems.size === 1 && staying.length === 0) return first;
  const list = [...problems].map(([version, error]) => `version ${version}: ${reasonOf(error)}`);
  const rest = staying.length > 0 ? ` Version ${staying.join(', ')} goes on answering.` : '';
  const refused = Object.fromEntries([...problems].map(([version, error]) => [version, reasonOf(error)]));
  const code = first instanceof SidecarError ? first.code : 'MODEL_INVALID';
  return new SidecarError(code, `${name} was refused. ${list.join(' ')}${rest}`, {
    details: { refused },
    cause: first,
  });
}

/** For whoever may see the list of models. */
export const reasonOf = (error: unknown): string =>
  error instanceof SidecarError ? error.message : 'its files cannot be read';
