/** What a shell is told when a command ends; the help lists them. */
export const exitCode = {
  done: 0,
  /** Refused, failed, or broken. */
  failed: 1,
  wrongArguments: 2,
  notSignedIn: 3,
  /** What was named is not there. */
  notFound: 4,
  interrupted: 130,
} as const;
