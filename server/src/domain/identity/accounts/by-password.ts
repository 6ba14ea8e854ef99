import type { NewSignIn, SignedIn } from '../sign-ins.service.ts';

/** A sign-in, and what the device keeps to be known the next time. */
export type SignedInHere = SignedIn & { deviceToken: string };

/** How whoever has no other way opens a sign-in. */
export const byPassword = {
  kind: 'API',
  method: 'PASSWORD',
  secondFactor: false,
  deviceName: null,
} as const satisfies Partial<NewSignIn>;
