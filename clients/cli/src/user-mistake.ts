import { exitCode } from './command/exit-code.ts';

/** Something the person at the keyboard can put right; the message says how. */
export class UserMistake extends Error {
  override readonly name: string = 'UserMistake';
  readonly exitCode: number = exitCode.failed;
  /** For programs; null where the exit code says enough. */
  readonly code: string | null = null;
}

/** The command line itself makes no sense. */
export class WrongArguments extends UserMistake {
  override readonly name = 'WrongArguments';
  override readonly exitCode = exitCode.wrongArguments;
}

/** Nobody is signed in where somebody has to be. */
export class NotSignedIn extends UserMistake {
  override readonly name = 'NotSignedIn';
  override readonly exitCode = exitCode.notSignedIn;
}

/** What was named is not there, or not for this person to see. */
export class NotThere extends UserMistake {
  override readonly name = 'NotThere';
  override readonly exitCode = exitCode.notFound;
  override readonly code = 'NOT_FOUND';
}
