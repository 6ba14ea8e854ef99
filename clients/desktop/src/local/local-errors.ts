import { ConfigurationError, ConnectionError } from '@sightline/core';

/** There is no sidecar to start. Nothing was tried yet, so nothing gets better by waiting. */
export class SidecarMissingError extends ConfigurationError {
  constructor(what: string) {
    super(
      `There is no sidecar: ${what} Install @sightline/inference beside this program, or give \`local\` an entry, a command or a url.`,
    );
  }
}

export const goneError = (why: string | null) =>
  new ConnectionError(`The sidecar does not run${why === null ? '' : `: ${why}`}.`);
