// The public entry, and the only barrel: what is not named here may change at any time.
export { OAuthRefusedError, discover } from './sign-in/oauth.ts';
export type { OAuthServer } from './sign-in/oauth.ts';
export { signInByDevice } from './sign-in/device.ts';
export { signInByBrowser } from './sign-in/loopback.ts';
export { openSecrets } from './secrets/open-secrets.ts';
export type { SecretsOptions } from './secrets/open-secrets.ts';
export type { SecretStore } from './secrets/secret-store.ts';
export { openKeychain } from './secrets/keychain.ts';
export { openSecretFiles } from './secrets/secret-files.ts';
export { openSafeStorage } from './secrets/safe-storage.ts';
export type { SafeStorage } from './secrets/safe-storage.ts';
export { startLocal } from './local/start-local.ts';
export type { Local, LocalOptions, LocalState } from './local/start-local.ts';
export { SidecarMissingError } from './local/local-errors.ts';
