import { DomainError } from '../../../errors/domain-error.ts';
import { permissionTable } from '../permissions.ts';
import type { Permission } from '../permissions.ts';

/** The role of whoever made the key would allow it, and the key's scopes do not. */
export class ScopeMissingError extends DomainError {
  readonly code = 'SCOPE_MISSING';
  constructor(permission: Permission) {
    const { scope } = permissionTable[permission];
    super(
      scope === null
        ? `No scope lets a key do this: it needs the permission “${permission}” and a person who is signed in.`
        : `This key may do this by its maker’s role, but lacks the scope ${scope}.`,
      { permission, scope },
    );
  }
}

/** The key is good, and may not be used from here. */
export class KeyAddressRefusedError extends DomainError {
  readonly code = 'KEY_ADDRESS_REFUSED';
  constructor(address: string | null, apiKeyId: string) {
    super(`This key may not be used from ${address ?? 'an address that is not known'}.`, { address, apiKeyId });
  }
}

/** The key has used up one of its own limits. */
export class KeyLimitReachedError extends DomainError {
  readonly code = 'KEY_LIMIT_REACHED';
  override readonly retryAfterMs: number;
  constructor(
    { name, max, windowSeconds }: { name: string; max: number; windowSeconds: number },
    retryAfterMs: number,
  ) {
    super(`This key may make ${max} ${name} in ${windowSeconds} seconds.`, { name, max, windowSeconds });
    this.retryAfterMs = retryAfterMs;
  }
}
