import { SidecarError } from '../../errors.ts';

/**
 * Names come from URLs and become folders. Lower case only: some file systems take `A` and `a` for the same folder, and
 * one folder must not be two models.
 */
const pattern = /^[a-z0-9][a-z0-9._-]{0,63}$/;

export const isModelName = (name: string): boolean => pattern.test(name);

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
