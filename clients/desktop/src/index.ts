// The public entry, and the only barrel: what is not named here may change at any time.
export { OAuthRefusedError, discover } from './sign-in/oauth.ts';
export type { OAuthServer } from './sign-in/oauth.ts';
export { signInByDevice } from './sign-in/device.ts';
export { signInByBrowser } from './sign-in/loopback.ts';
