/** Knows passwords that others have lost. Learns nothing of ours: it is asked for the first 5 digits of their SHA-1. */
export type BreachCheck = {
  /** False also when it cannot be asked: nobody is kept out because somebody else is down. */
  isBreached(password: string): Promise<boolean>;
};
