/**
 * `fresh`: asks for a proof of the last minutes before anything else. `sometimes`: its service does, where what is asked for
 * opens a door or cannot be undone. `own`: what it is given is a proof itself, or it has none to ask for. `none`: can be
 * undone, only takes something away, or opens nothing that was shut.
 */
export type MutationProof = 'fresh' | 'sometimes' | 'own' | 'none';

/**
 * How sure each mutation has to be of who asks. Whoever copied a token has everything that says `none`. A mutation that is
 * not in here keeps the server from starting; `test/contract/fresh-proofs.test.ts` tries all of them.
 */
export const mutationProofs = {
  // Who somebody is, and how they prove it.
  changePassword: 'own',
  requestEmailChange: 'fresh',
  enrollTotp: 'fresh',
  confirmTotp: 'own',
  disableTotp: 'fresh',
  newRecoveryCodes: 'fresh',
  startIdentityLink: 'fresh',
  linkIdentity: 'fresh',
  unlinkIdentity: 'fresh',
  approveDevice: 'sometimes',
  requestExport: 'fresh',
  eraseMe: 'fresh',

  // Who may do what. Offering and taking the roles that manage others asks; everybody else comes and goes freely.
  changeMemberRole: 'fresh',
  inviteMember: 'sometimes',
  removeMember: 'sometimes',
  createApiKey: 'fresh',
  rerollApiKey: 'fresh',
  updateApiKey: 'sometimes',

  // What is gone then for good.
  deleteOrganization: 'fresh',
  setRetention: 'fresh',

  // What it costs.
  subscribe: 'fresh',
  changePlan: 'fresh',
  cancelSubscription: 'fresh',
  resumeSubscription: 'fresh',
  openBillingPortal: 'fresh',
  // Paying what is owed opens nothing; what bills say can be said again.
  startCheckout: 'none',
  setBillingDetails: 'none',

  // Ways in.
  signUp: 'own',
  signIn: 'own',
  signInWithIdentity: 'own',
  signInWithSecondFactor: 'own',
  startIdentitySignIn: 'own',
  confirmIdentityLink: 'own',
  stepUp: 'own',
  refreshToken: 'own',
  verifyEmail: 'own',
  resendVerification: 'own',
  requestPasswordReset: 'own',
  resetPassword: 'own',
  acceptInvitation: 'own',

  // Ending something must never wait.
  signOut: 'none',
  signOutEverywhere: 'none',
  revokeSignIn: 'none',
  revokeApiKey: 'none',
  revokeInvitation: 'none',
  denyDevice: 'none',
  leaveOrganization: 'none',

  // Can be undone, and gives nobody more than to see or run single sources.
  createOrganization: 'none',
  updateOrganization: 'none',
  switchOrganization: 'none',
  createTeam: 'none',
  renameTeam: 'none',
  deleteTeam: 'none',
  addTeamMember: 'none',
  removeTeamMember: 'none',
  createCustomRole: 'none',
  updateCustomRole: 'none',
  deleteCustomRole: 'none',
  assignRole: 'none',
  unassignRole: 'none',
  updateProfile: 'none',
  recordConsent: 'none',
  markNotificationsRead: 'none',
  setActivity: 'none',
  // Keys read the log for those who keep it elsewhere, and have no proof to give.
  exportAuditLog: 'none',
  // Of a sandbox, which is there to be tried out; by keys, too, which have no proof to give.
  advanceClock: 'none',
  // Can be written, never read.
  setSourceCredential: 'none',
  createUpload: 'none',
  createSource: 'none',
  startSession: 'none',
  stopSession: 'none',
  recordCapture: 'none',
  // What was canceled can be tried again, and whose turn it is is not theirs to say.
  retryJob: 'none',
  cancelJob: 'none',
} as const satisfies Record<string, MutationProof>;

export const proofOf = (mutation: string): MutationProof | null =>
  Object.hasOwn(mutationProofs, mutation) ? mutationProofs[mutation as keyof typeof mutationProofs] : null;
