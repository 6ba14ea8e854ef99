import type { Viewer } from '@sightline/core';
import { plainText } from '../output/plain-text.ts';

/** Who somebody is, in a line. */
export const nameOf = ({ user, organization }: Viewer): string =>
  plainText(`${user.name} <${user.email}> of ${organization.name}`);
