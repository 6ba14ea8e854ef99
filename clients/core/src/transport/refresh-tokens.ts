import { SightlineError } from '../errors/sightline-error.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import { RefreshTokenDocument } from '../generated/documents.ts';
import type { Settings } from '../options.ts';
import { createGraphql } from './graphql.ts';
import type { Http } from './http.ts';
import type { Tokens } from './credentials.ts';

type Asked = { http: Http; settings: Settings; refreshToken: string };

/**
 * Changes a refresh token for new tokens. Null where the sign-in is over. An answer that was lost is asked for again: the
 * server gives the same tokens once more.
 */
export async function refreshTokens({ http, settings, refreshToken }: Asked): Promise<Tokens | null> {
  const graphql = createGraphql({ http, settings, authorized: false });
  try {
    const { data, requestId } = await graphql(RefreshTokenDocument, { input: { refreshToken } });
    return expectPayload(data.refreshToken, requestId);
  } catch (error) {
    const isOver = error instanceof SightlineError && error.code.startsWith('REFRESH_TOKEN_');
    if (!isOver) throw error;
    settings.logger.info('the sign-in is over', { code: error.code, requestId: error.requestId });
    return null;
  }
}
