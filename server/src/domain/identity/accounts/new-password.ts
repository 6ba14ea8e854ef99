import type { BreachCheck } from '../../../ports/breach-check.ts';
import { PasswordRefusedError } from '../identity.errors.ts';
import type { PasswordHasher } from '../passwords.ts';
import { passwordProblem } from './password-policy.ts';

export type NewPassword = ReturnType<typeof createNewPassword>;
type Deps = { hasher: PasswordHasher; breachCheck: BreachCheck };

/** Takes passwords that people choose. */
export function createNewPassword({ hasher, breachCheck }: Deps) {
  /** The hash of a password that is good enough. `own` is what everybody knows of the person. Throws PASSWORD_REFUSED. */
  return async function newPassword(password: string, own: readonly string[]): Promise<string> {
    const problem = passwordProblem(password, own);
    if (problem) throw new PasswordRefusedError(problem);
    if (await breachCheck.isBreached(password)) {
      throw new PasswordRefusedError(
        'Others have lost this password before, so it is tried first. Choose another one.',
      );
    }
    return hasher.hash(password);
  };
}
