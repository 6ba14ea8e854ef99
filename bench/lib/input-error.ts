/**
 * What was given to the bench, or how it is set up, cannot be used. The message is for whoever gave it and says what is
 * wrong; a stack would not help.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}
