/**
 * Mutations that may be tried out: all they do is write rows through the pools of their request, so that a rollback is as if
 * they had never been. What writes files, asks others, counts attempts or lets somebody in may not be in here;
 * `test/api/estimate/rehearsal.test.ts` compares every table before and after.
 */
const rehearsable: ReadonlySet<string> = new Set([
  'createUpload',
  'createSource',
  'startSession',
  'stopSession',
  'createTeam',
  'renameTeam',
  'deleteTeam',
  'addTeamMember',
  'removeTeamMember',
  'createCustomRole',
  'updateCustomRole',
  'deleteCustomRole',
  'assignRole',
  'unassignRole',
  'updateOrganization',
  'updateProfile',
  'setRetention',
  'subscribe',
  'changePlan',
  'cancelSubscription',
  'resumeSubscription',
]);

export const isRehearsable = (mutation: string): boolean => rehearsable.has(mutation);
export const rehearsableMutations: readonly string[] = [...rehearsable];
